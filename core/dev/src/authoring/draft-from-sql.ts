import { join } from 'node:path';
import { kernelError } from '@headwater/kernel/internal/errors';
import { inferDependencies, schemaHistory } from '@headwater/kernel/internal/ownership';
import type { Plugin, PluginSet } from '@headwater/kernel/internal/plugins';
import { replayUp } from '../shadow/replay.ts';
import { noEntityChanges, type Draft, type DraftContext } from './draft.ts';
import { closureOf, subsetOf, type PluginSubset } from './plugin-subset.ts';
import { proveDraft } from './prove-draft.ts';
import { nextRevisionId } from './revision-file.ts';
import { schemaAfter } from './schema-proof.ts';

/**
 * Drafts a revision from hand-written SQL, fills in its edges, and proves it. Its author has to write a `down`.
 * Throws REVISION_DEPENDENCY_NOT_REQUIRED, SQL_SYNTAX, SHADOW_FAILED, PROOF_FAILED, and the errors of plugins and
 * edges.
 */
export async function draftFromSql(context: DraftContext, words: string, up: string): Promise<Draft> {
  const { set, plugin, openShadow, onStage } = context;
  const id = nextRevisionId(plugin, words);
  const required = subsetOf(set, closureOf(set, plugin.name));
  await assertRequired(plugin, id, up, set, required);
  onStage('opening the shadow');
  await using shadow = await openShadow();
  onStage('running the revision');
  const before = await schemaAfter(shadow, required.revisions);
  await replayUp(shadow.session, [{ id, up: { kind: 'sql', text: up }, down: null, file: null }]);
  const after = await shadow.catalog();
  const proof = { ...context, required, shadow, before, after };
  return { ...(await proveDraft({ id, up, down: null, about: '' }, proof)), ...noEntityChanges };
}

/** Refuses SQL that uses objects of a plugin that is not required: other applications may lack that plugin. */
async function assertRequired(
  { name, requires, directory }: Plugin,
  revision: string,
  sql: string,
  set: PluginSet,
  required: PluginSubset,
): Promise<void> {
  const { dependsOn } = await inferDependencies(name, sql, await schemaHistory(subsetOf(set).revisions));
  for (const { revision: dependency } of dependsOn) {
    const plugin = dependency.split('@')[0] ?? '';
    const owner = set.byName.get(plugin);
    if (owner === undefined || required.plugins.includes(owner)) continue;
    const optional = requires.some((one) => one.plugin === plugin);
    const file = join(directory, 'package.json');
    const details = { revision, file, dependency, plugin, package: owner.package, optional };
    throw kernelError('REVISION_DEPENDENCY_NOT_REQUIRED', details);
  }
}
