import { replayUp } from '../shadow/replay.ts';
import { openShadow } from '../shadow/shadow.ts';
import { completeDraft, type Proven } from './complete-draft.ts';
import type { DraftOptions } from './draft-migration.ts';
import { closureOf, partOf } from './part.ts';
import { catalogAfter } from './prove.ts';
import { nextSlug } from './revision-file.ts';

/**
 * Makes a revision of SQL that somebody wrote, with the edges that it needs, and proves it on what is there. Its `down` is
 * its author's to write. Writes nothing. Throws SQL_SYNTAX, SHADOW_FAILED, PROOF_FAILED and what plugins and edges can get wrong.
 */
export async function draftSql(
  { set, plugin, shadow: url, pinHeads, onStage, words }: DraftOptions & { readonly words: string },
  up: string,
): Promise<{ readonly slug: string; readonly proven: Proven }> {
  const slug = nextSlug(
    plugin.revisions.map((revision) => revision.slug),
    words,
  );
  const closure = partOf(set, closureOf(set, plugin.name));
  onStage('opening the shadow');
  await using shadow = await openShadow(url);
  onStage('trying the revision');
  const before = await catalogAfter(shadow, closure.revisions);
  await replayUp(shadow.session, [
    { id: `${plugin.name}@${slug}`, up: { kind: 'sql', text: up }, down: null, file: null },
  ]);
  const after = await shadow.catalog();
  const unproven = { slug, up, down: null, about: '', before, after };
  return { slug, proven: await completeDraft(unproven, { set, plugin, closure, shadow, pinHeads, onStage }) };
}
