import type { Revision } from '@headwater/kernel/internal/plugins';
import { replayFailure, replayThereAndBack, replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { additiveRevision } from './additive-revision.ts';
import { readOwnTables } from './required-columns.ts';

/** The outcome of a quick proof. `digest` is that of the schema once the revision has run. */
export type AdditiveProof =
  | { readonly outcome: 'proven'; readonly digest: string | null }
  | { readonly outcome: 'not tried' | 'undecided' };

/**
 * Proves a revision that only creates objects, without reading a catalog. `before` is the digest of the schema, if it is
 * known. After `up` and `down`, the digest has to be what it was. Then the schema is what it was, so `up` has the same
 * effect again, since it depends on nothing else (see {@link additiveRevision}). It runs again nevertheless, because rows
 * that the revision left behind may make it fail.
 *
 * "Undecided" means that a step failed, or that only the catalogs can tell: a `down` that creates an object again is
 * right although the digest differs. The shadow then has some state in between.
 */
export async function proveAdditive(shadow: Shadow, revision: Revision, before: string | null): Promise<AdditiveProof> {
  if (revision.down === null || !(await mayProve(shadow, revision))) return { outcome: 'not tried' };
  const known = before ?? (await shadow.digest());
  if (known === null) return { outcome: 'not tried' };
  try {
    await replayThereAndBack(shadow, revision);
    if ((await shadow.digest()) !== known) return { outcome: 'undecided' };
    await replayUp(shadow, [revision]);
  } catch (error) {
    if (replayFailure(error) === null) throw error;
    return { outcome: 'undecided' };
  }
  return { outcome: 'proven', digest: await shadow.digest() };
}

/** Columns on tables of others may be required columns, which only the catalogs show. */
async function mayProve({ session }: Shadow, revision: Revision): Promise<boolean> {
  const additive = await additiveRevision(revision);
  if (additive === null) return false;
  return additive.extends.size === 0 || additive.extends.isSubsetOf(await readOwnTables(session, revision.plugin));
}
