import { join } from 'node:path';
import { kernelError } from '@headwater/kernel/internal/errors';
import { inferDependencies, schemaHistory } from '@headwater/kernel/internal/ownership';
import { countStatements, type Plugin, type PluginSet } from '@headwater/kernel/internal/plugins';
import { assertNoConflict } from '../lint/transaction-check.ts';
import { replayUp } from '../shadow/replay.ts';
import { completionCheck } from './completion-check.ts';
import { noEntityChanges, type Draft, type DraftContext } from './draft.ts';
import { closureOf, subsetOf, type PluginSubset } from './plugin-subset.ts';
import { proveDraft, revisionOf } from './prove-draft.ts';
import { nextRevisionId } from './revision-file.ts';
import { schemaAfter } from './schema-proof.ts';

/**
 * Drafts a revision from hand-written SQL, fills in its edges, and proves it. A concurrent index build runs outside a
 * transaction and gets its `check`. Without `down`, the author has to write one. Throws REVISION_DEPENDENCY_NOT_REQUIRED,
 * SQL_SYNTAX, TRANSACTION_CONFLICT, SHADOW_FAILED, PROOF_FAILED, and the errors of plugins and edges.
 */
export async function draftFromSql(
  context: DraftContext,
  words: string,
  up: string,
  down: string | null = null,
): Promise<Draft> {
  const { set, plugin, openShadow, onStage } = context;
  const id = nextRevisionId(plugin, words);
  const required = subsetOf(set, closureOf(set, plugin.name));
  await assertRequired(plugin, id, up, set, required);
  const check = countStatements(up) === 1 ? await completionCheck(up) : null;
  const draft = { id, up, down, about: '', ...(check !== null && { transaction: false, check }) };
  // Its edges are inferred once it is known to run.
  const revision = revisionOf(plugin, { ...draft, revises: null, dependsOn: [] });
  await assertNoConflict(revision);
  onStage('opening the shadow');
  await using shadow = await openShadow();
  onStage('running the revision');
  const before = await schemaAfter(shadow, required.revisions);
  await replayUp(shadow, [revision]);
  const after = await shadow.catalog();
  const proof = { ...context, required, shadow, before, after, isHandWritten: true };
  return { ...(await proveDraft(draft, proof)), ...noEntityChanges };
}

/** Refuses SQL that uses objects of a plugin that is not required, since other applications may lack that plugin. */
async function assertRequired(
  { name, requires, directory }: Plugin,
  revision: string,
  sql: string,
  set: PluginSet,
  required: PluginSubset,
): Promise<void> {
  const dependsOn = await inferDependencies(name, sql, await schemaHistory(subsetOf(set).revisions));
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
