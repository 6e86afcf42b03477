import { shortMessage, isKernelError } from '@headwater/kernel/internal/errors';
import { countStatements, type Revision } from '@headwater/kernel/internal/plugins';
import { completionCheck } from '../authoring/completion-check.ts';
import type { DraftDependency, RevisionDraft } from '../authoring/revision-source.ts';
import { breakingReason } from '../lint/rules/missing-breaking.ts';
import { conflictsIn } from '../lint/transaction-check.ts';
import type { CollectedMigration, RefuseMigration } from './history-source.ts';
import { joinStatements } from './join-statements.ts';

/** Returns the revisions of other plugins that SQL of a plugin depends on. */
export type FindDependencies = (plugin: string, sql: string) => Promise<readonly DraftDependency[]>;

/** The position of the drafted revision on its branch, and its doc comment. */
export type DraftOrigin = Pick<RevisionDraft, 'id' | 'revises' | 'importFrom' | 'about'>;

/** Drafts a revision from a migration. Throws the refusal that `refuse` creates if the migration cannot be adopted. */
export async function draftFromMigration(
  { up, down, downProblem, transactional }: CollectedMigration,
  origin: DraftOrigin,
  { refuse, findDependencies }: { readonly refuse: RefuseMigration; readonly findDependencies?: FindDependencies },
): Promise<RevisionDraft> {
  const upSql = joinStatements(up);
  const downSql = down === null ? null : joinStatements(down);
  const notes = downProblem === null ? [] : [`Its down() threw: ${downProblem}.`];
  const draft = {
    ...origin,
    breaking: await isBreaking(upSql, refuse),
    dependsOn: (await findDependencies?.(origin.id.slice(0, origin.id.indexOf('@')), upSql)) ?? [],
    up: upSql,
    down: downSql,
  };
  if (transactional) {
    await assertTransactional(draft, refuse);
    return { ...draft, notes };
  }
  if (addsEnumValue(upSql)) {
    return {
      ...draft,
      notes: [...notes, 'It ran outside a transaction, which PostgreSQL no longer requires for this.'],
    };
  }
  for (const [direction, sql] of [['up', upSql] as const, ['down', downSql] as const]) {
    const statements = sql === null ? 1 : countStatements(sql);
    if (statements !== 1) {
      throw refuse(
        `it is not transactional, and its ${direction} has ${statements} statements. A revision outside a transaction ` +
          'may have only one statement, so that it cannot be applied in part',
      );
    }
  }
  const check = await completionCheck(upSql);
  if (check === null) {
    throw refuse('it is not transactional, and no known query tells whether its statement has taken effect');
  }
  return { ...draft, notes, transaction: false, check };
}

async function isBreaking(sql: string, refuse: RefuseMigration): Promise<boolean> {
  try {
    return (await breakingReason(sql)) !== null;
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    throw refuse(`PostgreSQL cannot parse its up: ${shortMessage(error)}`, error);
  }
}

/** Refuses SQL that a revision cannot run in its transaction: the plugin could not be loaded afterwards. */
async function assertTransactional({ id, up, down }: RevisionDraft, refuse: RefuseMigration): Promise<void> {
  const body = (text: string): Revision['up'] => ({ kind: 'sql', text });
  const [conflict] = await conflictsIn({
    id,
    up: body(up),
    down: down === null ? null : body(down),
    transaction: true,
    file: null,
  });
  if (conflict === undefined) return;
  throw refuse(`${conflict.place} cannot be part of a revision: ${conflict.message.replace(/\.$/, '')}`);
}

/** Whether a statement adds an enum value, which PostgreSQL has allowed in a transaction since version 12. */
function addsEnumValue(statement: string): boolean {
  return /^\s*alter\s+type\b[^;]*\badd\s+value\b[^;]*;?\s*$/i.test(statement);
}
