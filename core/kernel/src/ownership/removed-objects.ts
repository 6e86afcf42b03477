import { isKernelError } from '../error/kernel-codes.ts';
import { lookupKey } from '../sql/object-key.ts';
import { trackSql, type SqlStatement } from '../sql/read-sql.ts';
import type { SqlObject } from '../sql/sql-object.ts';
import { findObject } from '../sql/tracked-object.ts';
import { trackedSchema, type TrackedSchema } from '../sql/tracked-schema.ts';
import type { RevisionEffects } from './effects-json.ts';
import { applyEffects, namedBy } from './revision-effects.ts';
import { shownObject } from './rule-book.ts';
import type { HistoryRevision } from './schema-history.ts';

/** An applied revision with the effects that the ledger records. */
export interface AppliedEffects extends Pick<HistoryRevision, 'id' | 'plugin'> {
  readonly objects: RevisionEffects;
}

/** An object that a revision needs, and that a revision of another plugin removes before it runs. */
export interface RemovedNeed {
  /** The revision that needs it. */
  readonly revision: string;
  /** `column core_object.kind`. */
  readonly object: string;
  /** The revision that dropped or renamed it. */
  readonly removedBy: string;
  /** Its new name; `null` if it was dropped. */
  readonly renamedTo: string | null;
}

/** The revision that removed an object, and the new name of an object that was renamed. */
interface Removal extends Pick<RemovedNeed, 'removedBy' | 'renamedTo'> {
  readonly plugin: string;
}

/**
 * Finds the objects that `pending` revisions need although a revision of another plugin has removed them. Reads the
 * effects of `applied` in the order of application, then the SQL of `pending` in the order of the plan. Needs that the
 * parser cannot see, like those of code and `do` blocks, are not found.
 */
export async function findRemovedNeeds(
  applied: readonly AppliedEffects[],
  pending: readonly HistoryRevision[],
): Promise<readonly RemovedNeed[]> {
  const schema = trackedSchema();
  const removals = new Map<string, Removal>();
  for (const { id, plugin, objects } of applied) {
    const { dropped, renamed } = objects;
    const names = renamed.map(([from, to]): [string, string] => [lookupKey(namedBy(from)), to[1]]);
    const end = watchRemovals(schema, removals, dropped.length + renamed.length > 0);
    applyEffects(schema, objects, { id, plugin });
    end({ removedBy: id, plugin }, new Map(names));
  }
  const found: RemovedNeed[] = [];
  for (const { id, plugin, up } of pending) {
    if (up.kind === 'code') continue;
    const end = watchRemovals(schema, removals, true);
    const names = new Map<string, string>();
    const missing = new Map<string, RemovedNeed>();
    const read = (statement: SqlStatement): void => {
      for (const { from, to } of statement.renames) names.set(lookupKey(from), to.name);
      for (const need of removedNeedsOf(statement, { id, plugin, schema, removals })) missing.set(need.object, need);
    };
    try {
      await trackSql(up.text, schema, { id, plugin }, read);
    } catch (error) {
      // The server refuses the text, with a better message.
      if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    }
    end({ removedBy: id, plugin }, names);
    found.push(...missing.values());
  }
  return found;
}

/** Returns a function that records the objects which a revision has removed since. */
function watchRemovals(
  { objects }: TrackedSchema,
  removals: Map<string, Removal>,
  mayRemove: boolean,
): (author: Omit<Removal, 'renamedTo'>, names: ReadonlyMap<string, string>) => void {
  const before = mayRemove ? [...objects.keys()] : [];
  return (author, names) => {
    for (const key of before) {
      if (!objects.has(key)) removals.set(key, { ...author, renamedTo: names.get(key) ?? null });
    }
  };
}

function removedNeedsOf(
  { needs, writes }: SqlStatement,
  context: {
    readonly id: string;
    readonly plugin: string;
    readonly schema: TrackedSchema;
    readonly removals: ReadonlyMap<string, Removal>;
  },
): readonly RemovedNeed[] {
  const { id, plugin, schema, removals } = context;
  const written = writes.map((name): SqlObject => ({ kind: 'table', name, table: null }));
  return [...needs, ...written].flatMap((wanted): readonly RemovedNeed[] => {
    if (wanted.kind === 'key' || findObject(schema.objects, wanted) !== null) return [];
    for (const table of wanted.among ?? [wanted.table]) {
      const object = { ...wanted, table };
      const removal = removals.get(lookupKey(object));
      // The parts of a removed table are missing with it.
      const isPart = table !== null && !schema.objects.has(lookupKey({ kind: 'table', name: table, table: null }));
      if (removal === undefined || removal.plugin === plugin || isPart) continue;
      const { removedBy, renamedTo } = removal;
      return [{ revision: id, object: shownObject(object), removedBy, renamedTo }];
    }
    return [];
  });
}
