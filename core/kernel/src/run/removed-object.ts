import type { Session } from '../db/session.ts';
import { serverSqlState } from '../db/sql-state.ts';
import { isKernelError, kernelError, type Details } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { ObjectName, RevisionEffects } from '../ownership/effects-json.ts';
import { namedBy } from '../ownership/revision-effects.ts';
import { shownObject } from '../ownership/rule-book.ts';
import { parseName } from '../sql/qualified-name.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { RunnableStep } from './batches.ts';

/** The kinds of objects that the server misses with each SQLSTATE. */
const missingKinds: Readonly<Record<string, readonly string[]>> = {
  [serverSqlState.undefinedColumn]: ['column'],
  [serverSqlState.undefinedTable]: ['table', 'view', 'sequence', 'index'],
  [serverSqlState.undefinedFunction]: ['function'],
  [serverSqlState.undefinedSchema]: ['schema'],
};

/** With this SQLSTATE it may be an object of any other kind. */
const { undefinedObject } = serverSqlState;

/** One row of the ledger with an object that its revision dropped or renamed. */
interface Removal {
  readonly revision: string;
  readonly object: ObjectName;
  readonly renamed: ObjectName | null;
}

/**
 * Adds to a failed revision that misses an object the applied revision of another plugin that dropped or renamed the
 * object. Returns any other error unchanged. The transaction must have been rolled back.
 */
export async function explainRemoved(error: KernelError, step: RunnableStep, session: Session): Promise<KernelError> {
  if (!isKernelError(error, 'MIGRATION_FAILED')) return error;
  const { sqlState, reason } = error.details;
  const kinds = missingKinds[sqlState ?? ''];
  if (kinds === undefined && sqlState !== undefinedObject) return error;
  const words = new Set(reason.match(/[\p{L}_][\p{L}\p{N}_$]*/gu));
  const [plugin = ''] = step.id.split('@');
  const found = (await removals(session, plugin)).find(({ object }) => {
    const [kind, name, table] = object;
    if (kinds?.includes(kind) === false || !words.has(parseName(name).name)) return false;
    return kind !== 'column' || textOf(step).includes(parseName(table ?? '').name);
  });
  if (found === undefined) return error;
  const removed: NonNullable<Details<'MIGRATION_FAILED'>['removed']> = {
    revision: found.revision,
    object: shownObject(namedBy(found.object)),
    renamed: found.renamed?.[1] ?? null,
  };
  return kernelError('MIGRATION_FAILED', { ...error.details, removed }, { cause: error.cause });
}

function textOf({ revision, direction }: RunnableStep): string {
  const body = revision?.[direction];
  return body?.kind === 'sql' ? body.text : '';
}

/** Returns what revisions of other plugins have removed, the latest first. */
async function removals(session: Session, plugin: string): Promise<readonly Removal[]> {
  const [reply] = await session.query<{ rows: string }>(
    `select coalesce(json_agg(json_build_array(plugin || '@' || slug, objects) order by seq desc), '[]')::text as rows
      from ${quoteIdentifier(session.schemas.ledger)}.ledger where plugin <> $1 and (objects->'dropped' <> '[]' or objects->'renamed' <> '[]')`,
    [plugin],
  );
  const rows = JSON.parse(reply?.rows ?? '[]') as readonly (readonly [revision: string, objects: RevisionEffects])[];
  return rows.flatMap(([revision, { dropped, renamed }]): readonly Removal[] => [
    ...dropped.map((object) => ({ revision, object, renamed: null })),
    ...renamed.map(([object, to]) => ({ revision, object, renamed: to })),
  ]);
}
