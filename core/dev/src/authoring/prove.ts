import { devError, isDevError } from '../error/dev-codes.ts';
import { differenceOf } from '../difference/catalog-difference.ts';
import { explainChange } from '../difference/explain-change.ts';
import { ancestorsOf, isKernelError, type Catalog, type PluginSet, type Revision } from '@headwater/kernel/internal';
import { replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { partOf, type Part } from './part.ts';

/** A set with one revision more. */
export function withRevision(set: PluginSet, revision: Revision): PluginSet {
  const plugins = set.plugins.map((plugin) =>
    plugin.name === revision.plugin ? { ...plugin, revisions: [...plugin.revisions, revision] } : plugin,
  );
  return { plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) };
}

/**
 * Tries that a new revision names all it stands on, and that it does not matter whether a database gets it in the order of
 * a new one or after all that is there today. `all` is every active plugin, without it; `after` is what is there once it
 * has run at the end of `closure`. Throws SHADOW_FAILED, PROOF_FAILED.
 */
export async function proveOrder(
  shadow: Shadow,
  revision: Revision,
  all: PluginSet,
  closure: Part,
  after: Catalog,
): Promise<void> {
  const extended = withRevision(all, revision);
  const { graph, revisions } = partOf(extended, new Set(closure.plugins.map(({ name }) => name)));
  const needed = ancestorsOf(graph, revision.id);
  if (needed.size < closure.revisions.length) {
    const alone = revisions.filter(({ id }) => needed.has(id));
    await shadow.empty();
    await replayUp(shadow.session, alone);
    await explainAlone(shadow, revision);
  }
  const everything = new Set(all.plugins.map(({ name }) => name));
  const historical = [...partOf(all, everything).revisions, revision];
  const fresh = partOf(extended, everything).revisions;
  const isClosure = closure.plugins.length === all.plugins.length;
  // What other plugins made may stand on what it changes.
  const inHistory = isClosure ? after : await catalogBeside(shadow, historical, revision);
  if (sameOrder(fresh, historical)) return;
  const claim =
    'a new database, which runs it earlier, gets another schema than one that runs it now; what differs there';
  assertSame(revision.id, claim, inHistory, await catalogAfter(shadow, fresh));
}

async function explainAlone(shadow: Shadow, revision: Revision): Promise<void> {
  try {
    await replayUp(shadow.session, [revision]);
  } catch (error) {
    if (!(isKernelError(error))) throw error;
    const claim = 'it fails on what it depends on alone, so an edge is missing in `dependsOn`';
    throw devError(
      'PROOF_FAILED',
      { revision: revision.id, claim, differences: [error.message] },
      { cause: error },
    );
  }
}

async function catalogBeside(shadow: Shadow, revisions: readonly Revision[], { id }: Revision): Promise<Catalog> {
  try {
    return await catalogAfter(shadow, revisions);
  } catch (error) {
    if (!isDevError(error, 'SHADOW_FAILED') || error.details.revision !== id) throw error;
    const claim = 'it fails where the plugins are that are active, of which one stands on what it changes';
    throw devError('PROOF_FAILED', { revision: id, claim, differences: [error.message] }, { cause: error });
  }
}

/** What an empty database holds after these revisions, in this order. */
export async function catalogAfter(shadow: Shadow, revisions: readonly Revision[]): Promise<Catalog> {
  await shadow.empty();
  await replayUp(shadow.session, revisions);
  return shadow.catalog();
}

function sameOrder(a: readonly Revision[], b: readonly Revision[]): boolean {
  return a.length === b.length && a.every(({ id }, i) => id === b[i]?.id);
}

/** Throws PROOF_FAILED where two catalogs differ. */
export function assertSame(revision: string, claim: string, expected: Catalog, found: Catalog): void {
  const differences = differenceOf(expected, found, { undefine: true }).map(explainChange);
  if (differences.length > 0) throw devError('PROOF_FAILED', { revision, claim, differences });
}
