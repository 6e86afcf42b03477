import { headsAmong } from '@headwater/kernel/internal/graph';
import { hardRequirements } from '@headwater/kernel/internal/plugins';
import { noEntityChanges, type Draft, type DraftContext } from './draft.ts';
import { closureOf, subsetOf } from './plugin-subset.ts';
import { importSpecifierOf, nextRevisionId, slugOf } from './revision-file.ts';
import type { RevisionDraft } from './revision-source.ts';

/** Drafts a revision without SQL for its author to fill in. No entities are loaded, and nothing is proven. */
export function draftEmpty(
  { set, plugin, pinHeads }: Pick<DraftContext, 'set' | 'plugin' | 'pinHeads'>,
  words: string,
): Draft {
  const { branches } = subsetOf(set, closureOf(set, plugin.name)).graph;
  const headsOf = (name: string): readonly string[] => headsAmong(branches.get(name) ?? []);
  const id = nextRevisionId(plugin, words);
  const pinned = pinHeads ? hardRequirements(plugin).flatMap(headsOf).toSorted() : [];
  const draft: RevisionDraft = {
    id,
    revises: headsOf(plugin.name)[0] ?? null,
    dependsOn: pinned.map((revision) => ({ revision, why: 'its head' })),
    // Without any text, the next command refuses the revision until it is filled in.
    up: '',
    down: null,
    about: `TODO: describe this revision (${slugOf(id).replace(/^\d+_/, '').replaceAll('_', ' ')}).`,
    notes: ['Write the SQL here, or replace it with a function, async ({ query, sql }) => …, and version: 1.'],
    importFrom: importSpecifierOf(plugin),
  };
  return { revision: draft, review: null, unread: [], ...noEntityChanges };
}
