import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { KernelError } from '@headwater/kernel/internal/errors';
import { ancestorsOf, headsAmong } from '@headwater/kernel/internal/graph';
import { devError, isDevError } from '../error/dev-codes.ts';
import type { Shadow } from '../shadow/shadow.ts';
import type { DraftContext } from './draft.ts';
import { closureOf, subsetOf, type PluginSubset } from './plugin-subset.ts';
import { importSpecifierOf, nextRevisionId } from './revision-file.ts';
import { movedLast } from './revision-orders.ts';
import type { RevisionDraft } from './revision-source.ts';
import { schemaAfter, schemaDifferences } from './schema-proof.ts';

/** The branch to merge, and options. */
export interface MergeOptions extends Pick<DraftContext, 'set' | 'plugin' | 'onStage'> {
  /** The database in which the heads run. Its content is lost. */
  readonly shadow: Shadow;
  /** The name of the revision, as words; `null` to derive it from the heads. */
  readonly words: string | null;
}

/**
 * Drafts a revision that joins the heads of a branch, after proving that they lead to the same schema in every order.
 * Returns `null` if there is only one head. Throws HEADS_DIFFER if the order matters.
 */
export async function mergeHeads(
  options: MergeOptions,
): Promise<{ readonly heads: readonly string[]; readonly revision: RevisionDraft } | null> {
  const { set, plugin, shadow, words, onStage } = options;
  const required = subsetOf(set, closureOf(set, plugin.name));
  const heads = headsAmong(required.graph.branches.get(plugin.name) ?? []);
  if (heads.length < 2) return null;
  await proveCommuting(shadow, plugin.name, required, heads, onStage);
  const names = heads.map((head) => head.replace(/^.*@\d*_?/, ''));
  const revision: RevisionDraft = {
    id: nextRevisionId(plugin, words ?? `merge_${names.join('_and_')}`.slice(0, 60).replace(/_$/, '')),
    revises: heads,
    dependsOn: [],
    up: '-- Nothing to do: both heads are applied, in whichever order.',
    down: '-- Nothing to revert.',
    about: `Joins ${heads.join(' and ')}, which were written in parallel.`,
    importFrom: importSpecifierOf(plugin),
  };
  return { heads, revision };
}

/** Runs each head once after all the others and compares the schemas. */
async function proveCommuting(
  shadow: Shadow,
  plugin: string,
  { graph, revisions }: PluginSubset,
  heads: readonly string[],
  onStage: (stage: string) => void,
): Promise<void> {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  let first: { readonly head: string; readonly catalog: Catalog } | null = null;
  for (const head of heads) {
    onStage(`running ${head} last`);
    const others = heads.flatMap((other) => (other === head ? [] : [other, ...ancestorsOf(graph, other)]));
    const own = new Set([head, ...ancestorsOf(graph, head)]).difference(new Set(others));
    const order = movedLast(graph.order, own).flatMap((id) => byId.get(id) ?? []);
    const refusal = (reason: string, differences: readonly string[]): KernelError =>
      devError('HEADS_DIFFER', { plugin, heads, last: head, reason, differences });
    let catalog: Catalog;
    try {
      catalog = await schemaAfter(shadow, order);
    } catch (error) {
      if (!isDevError(error, 'SHADOW_FAILED')) throw error;
      throw refusal(error.message, []);
    }
    const differences = first === null ? [] : schemaDifferences(first.catalog, catalog);
    if (differences.length > 0) throw refusal(`the schema differs from that with ${first?.head} last`, differences);
    first ??= { head, catalog };
  }
}
