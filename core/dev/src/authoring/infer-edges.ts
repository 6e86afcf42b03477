import { headsAmong } from '@headwater/kernel/internal/graph';
import { inferDependencies, schemaHistory } from '@headwater/kernel/internal/ownership';
import { hardRequirements, type Plugin } from '@headwater/kernel/internal/plugins';
import type { PluginSubset } from './plugin-subset.ts';
import type { RevisionDraft } from './revision-source.ts';

/** The edges of a new revision before they are proven. */
export interface InferredEdges extends Pick<RevisionDraft, 'revises' | 'dependsOn'> {
  /** The heads of the plugins that its plugin requires. */
  readonly heads: readonly string[];
}

/**
 * Infers the edges of a new revision of `plugin` that runs `sql` after all revisions of `required`: the exact revisions
 * that created or last changed the objects it touches, or with `pinHeads` the heads of everything that the plugin
 * requires. Code, `do` blocks and extensions may have created objects that no SQL shows; only a proof finds these. Throws
 * SQL_SYNTAX.
 */
export async function inferEdges(
  plugin: Plugin,
  sql: string,
  required: PluginSubset,
  pinHeads: boolean,
): Promise<InferredEdges> {
  const headsOf = (name: string): readonly string[] => headsAmong(required.graph.branches.get(name) ?? []);
  const revises = headsOf(plugin.name)[0] ?? null;
  const heads = hardRequirements(plugin).flatMap(headsOf).toSorted();
  if (pinHeads) return { revises, heads, dependsOn: heads.map((revision) => ({ revision, why: 'its head' })) };
  const dependsOn = await inferDependencies(plugin.name, sql, await schemaHistory(required.revisions));
  return {
    revises,
    heads,
    dependsOn: dependsOn.map(({ revision, objects }) => ({ revision, why: objects.join(', ') })),
  };
}
