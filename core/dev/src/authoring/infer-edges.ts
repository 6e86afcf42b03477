import { headsAmong } from '@headwater/kernel/internal/graph';
import { inferDependencies, schemaHistory } from '@headwater/kernel/internal/ownership';
import { hardRequirements, type Plugin } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import type { PluginSubset } from './plugin-subset.ts';
import type { DraftDependency, RevisionDraft } from './revision-source.ts';

/**
 * Infers the edges of a new revision of `plugin` that runs `sql` after all revisions of `required`: the exact revisions
 * that created or last changed the objects it touches, or with `pinHeads` the heads of everything that the plugin
 * requires. Throws SQL_SYNTAX, and DEPENDENCY_NOT_TOLD for an object that only a code revision or a DO block can have
 * created.
 */
export async function inferEdges(
  plugin: Plugin,
  sql: string,
  required: PluginSubset,
  pinHeads: boolean,
): Promise<Pick<RevisionDraft, 'revises' | 'dependsOn'>> {
  const headsOf = (name: string): readonly string[] => headsAmong(required.graph.branches.get(name) ?? []);
  const revises = headsOf(plugin.name)[0] ?? null;
  if (pinHeads) {
    const pinned = hardRequirements(plugin).flatMap(headsOf).toSorted();
    return { revises, dependsOn: pinned.map((revision) => ({ revision, why: 'its head' })) };
  }
  const { dependsOn, unknown } = await inferDependencies(plugin.name, sql, await schemaHistory(required.revisions));
  const [first] = unknown;
  const candidates = first?.revisions.filter((id) => !id.startsWith(`${plugin.name}@`)) ?? [];
  if (first !== undefined && candidates.length > 0) {
    throw devError('DEPENDENCY_NOT_TOLD', { plugin: plugin.name, object: first.object, revisions: candidates });
  }
  return { revises, dependsOn: dependsOn.map(({ revision, objects }) => ({ revision, why: objects.join(', ') })) };
}

/**
 * Returns a function that takes SQL of `plugin` and finds the existing revisions of other plugins that it depends on.
 * Objects that only the plugin's own earlier SQL creates add no dependencies.
 */
export async function dependencyFinder(
  plugin: Plugin,
  { revisions }: PluginSubset,
): Promise<(sql: string) => Promise<readonly DraftDependency[]>> {
  const history = await schemaHistory(revisions);
  return async (sql) => {
    const { dependsOn } = await inferDependencies(plugin.name, sql, history);
    return dependsOn.map(({ revision, objects }) => ({ revision, why: objects.join(', ') }));
  };
}
