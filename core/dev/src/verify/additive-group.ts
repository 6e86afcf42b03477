import type { Revision } from '@headwater/kernel/internal/plugins';
import { conflictsIn } from '../lint/transaction-check.ts';
import { replayFailure, replayThereAndBack } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { additiveRevision } from './additive-revision.ts';
import { readOwnTables } from './required-columns.ts';

/**
 * Returns the first of `revisions` that {@link proveGroup} can try together in a shadow that has everything they depend
 * on; none if the first one needs its catalogs read, as the `undecided` ones do.
 *
 * Each of them only creates objects, and only on tables of its own plugin: columns on tables of others may be required
 * columns, which only the catalogs show. With others, a revision also has to be reverted by drops alone. Rows that another
 * `down` left behind could be gone before `up` runs again.
 */
export async function additiveGroup(
  { session }: Pick<Shadow, 'session'>,
  revisions: readonly Revision[],
  undecided: ReadonlySet<string>,
): Promise<readonly Revision[]> {
  const group: Revision[] = [];
  const created = new Set<string>();
  let own: ReadonlySet<string> | null = null;
  for (const revision of revisions) {
    if (revision.down === null || undecided.has(revision.id)) break;
    const additive = await additiveRevision(revision);
    if (additive === null || (group.length > 0 && !additive.dropsOnly)) break;
    const extended = additive.extends.difference(created);
    if (extended.size > 0) own ??= await readOwnTables(session, revision.plugin);
    if (!extended.isSubsetOf(own ?? created)) break;
    if (group.length > 0 && (await conflictsIn(revision)).length > 0) break;
    for (const table of additive.tables) created.add(table);
    group.push(revision);
    if (!additive.dropsOnly) break;
  }
  return group;
}

/** The outcome of a quick proof. */
export type GroupProof =
  | { readonly outcome: 'proven' }
  /** Only their catalogs can decide about these revisions. The shadow has some state in between. */
  | { readonly outcome: 'undecided'; readonly revisions: readonly string[] };

/**
 * Proves the revisions of an {@link additiveGroup}, without reading a catalog. They run up in order, down in reverse
 * order, and up again. After each `down`, the digest has to be what it was before that revision, so that no two errors
 * can cancel each other. Then the schema is what it was, so each `up` has the same effect again, since it depends on
 * nothing else (see {@link additiveRevision}). It runs again nevertheless, because rows that the revision left behind may
 * make it fail.
 *
 * A revision is undecided if one of its steps failed, or if the digest differs: a `down` that creates an object again is
 * right although it does. The revisions before the first undecided one have to be tried again without it.
 */
export async function proveGroup(shadow: Shadow, revisions: readonly Revision[]): Promise<GroupProof> {
  const ids = revisions.map(({ id }) => id);
  const first = await shadow.digest();
  if (first === null) return { outcome: 'undecided', revisions: ids };
  let found: readonly (string | null)[];
  try {
    found = await replayThereAndBack(shadow, revisions);
  } catch (error) {
    const failure = replayFailure(error);
    if (failure === null) throw error;
    return { outcome: 'undecided', revisions: [failure.revision] };
  }
  const count = revisions.length;
  if (found.length !== 2 * count) return { outcome: 'undecided', revisions: ids };
  const schemas = [first, ...found.slice(0, count)];
  // The last revision is reverted first.
  const differs = schemas
    .slice(0, count)
    .findLastIndex((digest, i) => digest === null || found[2 * count - 1 - i] !== digest);
  const revision = ids[differs];
  return revision === undefined ? { outcome: 'proven' } : { outcome: 'undecided', revisions: [revision] };
}
