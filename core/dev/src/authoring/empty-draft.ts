import { hardRequirements, headsAmong } from '@headwater/kernel/internal';
import type { DraftOptions } from './draft-migration.ts';
import { closureOf, partOf } from './part.ts';
import { importFromOf, nextSlug } from './revision-file.ts';
import type { RevisionDraft } from './revision-source.ts';

/** A revision for its author to fill in: nothing is read of entities, and nothing proven. */
export function emptyDraft(
  { set, plugin, pinHeads }: Pick<DraftOptions, 'set' | 'plugin' | 'pinHeads'>,
  words: string,
): { readonly slug: string; readonly draft: RevisionDraft } {
  const { branches } = partOf(set, closureOf(set, plugin.name)).graph;
  const headOf = (name: string): readonly string[] => headsAmong(branches.get(name) ?? []);
  const slug = nextSlug(
    plugin.revisions.map((revision) => revision.slug),
    words,
  );
  const pinned = pinHeads ? hardRequirements(plugin).flatMap(headOf).toSorted() : [];
  const draft: RevisionDraft = {
    id: `${plugin.name}@${slug}`,
    revises: headOf(plugin.name)[0] ?? null,
    dependsOn: pinned.map((revision) => ({ revision, why: 'its head' })),
    up: '-- Write the SQL here, or give a function instead: async ({ query, sql }) => …, with version: 1.',
    down: null,
    about: `Say what ${slug.replace(/^\d+_/, '').replaceAll('_', ' ')} is for.`,
    importFrom: importFromOf(plugin),
  };
  return { slug, draft };
}
