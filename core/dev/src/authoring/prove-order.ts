import type { Catalog } from '@headwater/kernel/internal/catalog';
import { isKernelError } from '@headwater/kernel/internal/errors';
import { ancestorsOf } from '@headwater/kernel/internal/graph';
import type { PluginSet, Revision } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { replayFailure, replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { subsetOf, withRevision, type PluginSubset } from './plugin-subset.ts';
import { assertSameSchema, schemaAfter } from './schema-proof.ts';

/**
 * Proves that a new revision declares all of its dependencies, and that it produces the same schema in a fresh database
 * as in one that has already run every existing revision. `all` holds every active plugin without the revision, and
 * `required` holds its plugin and the plugins that this one requires. `after` is the schema once the revision has run
 * at the end of `required`. Throws SHADOW_FAILED and PROOF_FAILED.
 */
export async function proveOrder(
  shadow: Shadow,
  revision: Revision,
  all: PluginSet,
  required: PluginSubset,
  after: Catalog,
): Promise<void> {
  const extended = withRevision(all, revision);
  await proveDependencies(shadow, revision, subsetOf(extended, new Set(required.plugins.map(({ name }) => name))));
  const existing = [...subsetOf(all).revisions, revision];
  const fresh = subsetOf(extended).revisions;
  // Plugins that are not required may depend on the objects that the revision changes.
  const coversAll = required.plugins.length === all.plugins.length;
  const expected = coversAll ? after : await schemaWithAllPlugins(shadow, existing, revision);
  if (hasSameOrder(fresh, existing)) return;
  const claim = 'a fresh database, which runs it earlier, ends up with a different schema';
  assertSameSchema(revision.id, claim, expected, await schemaAfter(shadow, fresh));
}

/** Runs the revision on a database that has its declared dependencies and nothing else. */
async function proveDependencies(
  shadow: Shadow,
  revision: Revision,
  { graph, revisions }: PluginSubset,
): Promise<void> {
  const needed = ancestorsOf(graph, revision.id);
  // The revision has already run after all the others.
  if (needed.size === revisions.length - 1) return;
  await shadow.empty();
  await replayUp(
    shadow,
    revisions.filter(({ id }) => needed.has(id)),
  );
  try {
    await replayUp(shadow, [revision]);
  } catch (error) {
    if (!isKernelError(error)) throw error;
    const claim = 'it fails with only its declared dependencies, so an edge is missing in `dependsOn`';
    throw devError('PROOF_FAILED', { revision: revision.id, claim, differences: [error.message] }, { cause: error });
  }
}

async function schemaWithAllPlugins(
  shadow: Shadow,
  revisions: readonly Revision[],
  { id }: Revision,
): Promise<Catalog> {
  try {
    return await schemaAfter(shadow, revisions);
  } catch (error) {
    const failure = replayFailure(error);
    if (failure?.revision !== id) throw error;
    const claim = 'it fails on a database with all active plugins, one of which depends on an object that it changes';
    throw devError('PROOF_FAILED', { revision: id, claim, differences: [failure.message] }, { cause: error });
  }
}

function hasSameOrder(a: readonly Revision[], b: readonly Revision[]): boolean {
  return a.length === b.length && a.every(({ id }, i) => id === b[i]?.id);
}
