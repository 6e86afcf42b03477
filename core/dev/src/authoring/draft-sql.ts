import { join } from 'node:path';
import { inferDependencies, kernelError, schemaHistory, type Plugin, type PluginSet } from '@headwater/kernel/internal';
import { replayUp } from '../shadow/replay.ts';
import { completeDraft, type Proven } from './complete-draft.ts';
import type { DraftOptions } from './draft-migration.ts';
import { closureOf, partOf, type Part } from './part.ts';
import { catalogAfter } from './prove.ts';
import { nextSlug } from './revision-file.ts';

/**
 * Makes a revision of SQL that somebody wrote, with the edges that it needs, and proves it on what is there. Its `down` is
 * its author's to write. Writes nothing. Throws REVISION_DEPENDENCY_NOT_REQUIRED, SQL_SYNTAX, SHADOW_FAILED, PROOF_FAILED and what plugins and edges can get wrong.
 */
export async function draftSql(
  { set, plugin, openShadow, pinHeads, onStage, words }: DraftOptions & { readonly words: string },
  up: string,
): Promise<{ readonly slug: string; readonly proven: Proven }> {
  const slug = nextSlug(
    plugin.revisions.map((revision) => revision.slug),
    words,
  );
  const closure = partOf(set, closureOf(set, plugin.name));
  await assertRequired(plugin, `${plugin.name}@${slug}`, up, set, closure);
  onStage('opening the shadow');
  await using shadow = await openShadow();
  onStage('trying the revision');
  const before = await catalogAfter(shadow, closure.revisions);
  await replayUp(shadow.session, [
    { id: `${plugin.name}@${slug}`, up: { kind: 'sql', text: up }, down: null, file: null },
  ]);
  const after = await shadow.catalog();
  const unproven = { slug, up, down: null, about: '', before, after };
  return { slug, proven: await completeDraft(unproven, { set, plugin, closure, shadow, pinHeads, onStage }) };
}

/** SQL may name what a plugin makes that this one does not require: in other applications that plugin is not there. */
async function assertRequired(
  { name, requires, directory }: Plugin,
  revision: string,
  sql: string,
  set: PluginSet,
  closure: Part,
): Promise<void> {
  const all = partOf(set, new Set(set.byName.keys()));
  const { dependsOn } = await inferDependencies(name, sql, await schemaHistory(all.revisions));
  for (const { revision: dependency } of dependsOn) {
    const of = dependency.split('@')[0] ?? '';
    const maker = set.byName.get(of);
    if (maker === undefined || closure.plugins.includes(maker)) continue;
    const optional = requires.some(({ plugin }) => plugin === of);
    const file = join(directory, 'package.json');
    const details = { revision, file, dependency, plugin: of, package: maker.package, optional };
    throw kernelError('REVISION_DEPENDENCY_NOT_REQUIRED', details);
  }
}
