import { countStatements, firstLine, isKernelError } from '@headwater/kernel/internal';
import type { CollectedMigration, RefuseMigration } from './mikro-migrations.ts';
import { whyBreaking } from '../lint/breaking.ts';
import { wasMigration } from './adopted-revisions.ts';
import { joinedStatements } from '../authoring/migration-sql.ts';
import type { DraftDependency, RevisionDraft } from '../authoring/revision-source.ts';
import { addsEnumValue, checkOf } from '../authoring/untransacted.ts';

/** Finds the revisions of other branches that SQL needs. */
export type DependenciesOf = (sql: string) => Promise<readonly DraftDependency[]>;

/** What a draft is besides its SQL. */
export interface DraftFacts {
  readonly id: string;
  readonly revises: string | null;
  /** The migration's name. */
  readonly migration: string;
  readonly importFrom: string;
}

/** Makes a revision of what a migration does. Throws what `refuse` makes of one that cannot be one. */
export async function draftOf(
  { up, down, downProblem, transactional }: CollectedMigration,
  { migration, ...facts }: DraftFacts,
  { refuse, inferDependencies }: { readonly refuse: RefuseMigration; readonly inferDependencies?: DependenciesOf },
): Promise<RevisionDraft> {
  const text = joinedStatements(up);
  const back = down === null ? null : joinedStatements(down);
  const notes = downProblem === null ? [] : [`It had a down() that threw: ${downProblem}.`];
  const draft = {
    ...facts,
    dependsOn: (await inferDependencies?.(text)) ?? [],
    breaking: await isBreaking(text, refuse),
    up: text,
    down: back,
    about: wasMigration(migration),
  };
  if (transactional) return { ...draft, notes };
  if (addsEnumValue(text)) {
    return { ...draft, notes: [...notes, 'It ran outside a transaction, which PostgreSQL needs no more for this.'] };
  }
  for (const [direction, sql] of [['up', text] as const, ['down', back] as const]) {
    const statements = sql === null ? 1 : countStatements(sql);
    if (statements !== 1) {
      throw refuse(
        `it is not transactional, and its ${direction} has ${statements} statements: a revision outside a transaction ` +
          'has one, so that nothing can be done by half',
      );
    }
  }
  const check = await checkOf(text);
  if (check === null) {
    throw refuse('it is not transactional, and no query is known that tells whether its statement has taken effect');
  }
  return { ...draft, notes, transaction: false, check };
}

async function isBreaking(sql: string, refuse: RefuseMigration): Promise<boolean> {
  try {
    return (await whyBreaking(sql)) !== null;
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    throw refuse(`PostgreSQL does not read its up as SQL: ${firstLine(error)}`, error);
  }
}
