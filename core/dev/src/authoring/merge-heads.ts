import { devError, isDevError } from '../error/dev-codes.ts';
import { differenceOf } from '../difference/catalog-difference.ts';
import { explainChange } from '../difference/explain-change.ts';
import { ancestorsOf, headsAmong, type Catalog, type KernelError, type Plugin, type PluginSet } from '@headwater/kernel/internal';
import type { Shadow } from '../shadow/shadow.ts';
import { withLast } from './linear-extension.ts';
import { closureOf, partOf, type Part } from './part.ts';
import { catalogAfter } from './prove.ts';
import { importFromOf, nextSlug } from './revision-file.ts';
import type { RevisionDraft } from './revision-source.ts';

/** How heads are merged. */
export interface MergeOptions {
  /** The active plugins, of which branches may have several heads. */
  readonly set: PluginSet;
  readonly plugin: Plugin;
  /** Where to try it. What is in it is lost. */
  readonly shadow: Shadow;
  /** What it is called, as words; `null`: after the heads. */
  readonly words: string | null;
  readonly onStage: (stage: string) => void;
}

/**
 * Makes a revision that joins the heads of a branch, once it is proven that a database comes to the same whichever of them it
 * got first. `null` where there is one head. Writes nothing. Throws HEADS_DIFFER where the order matters.
 */
export async function mergeHeads(
  options: MergeOptions,
): Promise<{ readonly heads: readonly string[]; readonly slug: string; readonly draft: RevisionDraft } | null> {
  const { set, plugin, shadow, words, onStage } = options;
  const part = partOf(set, closureOf(set, plugin.name));
  const heads = headsAmong(part.graph.branches.get(plugin.name) ?? []);
  if (heads.length < 2) return null;
  await proveCommuting(shadow, plugin.name, part, heads, onStage);
  const names = heads.map((head) => head.replace(/^.*@\d*_?/, ''));
  const slug = nextSlug(
    plugin.revisions.map((revision) => revision.slug),
    words ?? `merge_${names.join('_and_')}`.slice(0, 60).replace(/_$/, ''),
  );
  const draft: RevisionDraft = {
    id: `${plugin.name}@${slug}`,
    revises: heads,
    dependsOn: [],
    up: '-- Nothing to do: whichever of them came first, both are there.',
    down: '-- Nothing to undo.',
    about: `Joins ${heads.join(' and ')}, which were written side by side.`,
    importFrom: importFromOf(plugin),
  };
  return { heads, slug, draft };
}

/** Each head in turn comes last: what a database has then must be the same. */
async function proveCommuting(
  shadow: Shadow,
  plugin: string,
  { graph, revisions }: Part,
  heads: readonly string[],
  onStage: (stage: string) => void,
): Promise<void> {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  let first: { readonly head: string; readonly catalog: Catalog } | null = null;
  for (const head of heads) {
    onStage(`trying ${head} last`);
    const others = heads.flatMap((other) => (other === head ? [] : [other, ...ancestorsOf(graph, other)]));
    const own = new Set([head, ...ancestorsOf(graph, head)]).difference(new Set(others));
    const ids = withLast(graph.order, own);
    const refuse = (reason: string, differences: readonly string[]): KernelError =>
      devError('HEADS_DIFFER', { plugin, heads, last: head, reason, differences });
    let catalog: Catalog;
    try {
      catalog = await catalogAfter(
        shadow,
        ids.flatMap((id) => byId.get(id) ?? []),
      );
    } catch (error) {
      if (!isDevError(error, 'SHADOW_FAILED')) throw error;
      throw refuse(error.message, []);
    }
    const differences =
      first === null ? [] : differenceOf(first.catalog, catalog, { undefine: true }).map(explainChange);
    if (differences.length > 0)
      throw refuse(`it is not what a database has where ${first?.head} comes last`, differences);
    first ??= { head, catalog };
  }
}
