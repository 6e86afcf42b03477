import { defineRevision } from '@headwater/kernel/plugin';
import type { Sql } from '@headwater/kernel/plugin';
import { checkedRevision, type Catalog, type Plugin, type PluginSet, type Revision } from '@headwater/kernel/internal';
import { replayDown, replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { edgesOf, type Edges } from './edges.ts';
import { partOf, type Part } from './part.ts';
import { assertSame, proveOrder, withRevision } from './prove.ts';
import { remarksOn, type Remarks } from './remarks.ts';
import { importFromOf } from './revision-file.ts';
import type { RevisionDraft } from './revision-source.ts';

/** What is known of a revision when its SQL is. */
export interface Unproven {
  readonly slug: string;
  readonly up: string;
  readonly down: string | null;
  readonly about: string;
  /** What is there before and after it. */
  readonly before: Catalog;
  readonly after: Catalog;
}

/** Around what a revision is made. */
export interface Surroundings {
  /** Every active plugin. */
  readonly set: PluginSet;
  readonly plugin: Plugin;
  /** The plugin and all that it requires. */
  readonly closure: Part;
  /** Where the revision has just been run. */
  readonly shadow: Shadow;
  /** Whether `dependsOn` names heads, rather than what the SQL touches. */
  readonly pinHeads: boolean;
  readonly onStage: (stage: string) => void;
}

/** A revision that is proven and not yet written. */
export interface Proven extends Remarks {
  readonly draft: RevisionDraft;
}

/**
 * Gives SQL that has just run its edges, and proves it: that it is undone by its `down` and the same after that, that it
 * names all it stands on, and that a new database comes to the same. Throws what {@link edgesOf} throws, SHADOW_FAILED and
 * PROOF_FAILED.
 */
export async function completeDraft(unproven: Unproven, surroundings: Surroundings): Promise<Proven> {
  const { slug, up, down, about, before, after } = unproven;
  const { set, plugin, closure, shadow, pinHeads, onStage } = surroundings;
  const edges = await edgesOf(plugin, up, closure, pinHeads);
  const revision = revisionOf(plugin, slug, up, down, edges);
  if (down !== null) {
    onStage('undoing it');
    await replayDown(shadow.session, [revision]);
    assertSame(revision.id, 'its `down` does not undo its `up`; what differs then', before, await shadow.catalog());
    await replayUp(shadow.session, [revision]);
    assertSame(revision.id, 'its `up` is another after its `down`; what differs then', after, await shadow.catalog());
  }
  onStage('proving it in other orders');
  await proveOrder(shadow, revision, set, closure, after);
  const names = new Set(closure.plugins.map(({ name }) => name));
  const remarks = await remarksOn(revision, partOf(withRevision(set, revision), names));
  const draft: RevisionDraft = {
    id: revision.id,
    ...edges,
    up,
    down,
    breaking: remarks.breaking !== null,
    about,
    notes: remarks.risks.map(({ rule, message }) => `${rule}: ${message}`),
    importFrom: importFromOf(plugin),
  };
  return { ...remarks, draft };
}

function revisionOf(plugin: Plugin, slug: string, up: string, down: string | null, edges: Edges): Revision {
  const written = defineRevision({
    id: `${plugin.name}@${slug}`,
    revises: edges.revises,
    dependsOn: edges.dependsOn.map(({ revision }) => revision),
    up: plainSql(up),
    ...(down !== null && { down: plainSql(down) }),
  });
  return checkedRevision(written, plugin.name, slug, `${slug}.ts`);
}

function plainSql(text: string): Sql {
  return Object.freeze({ kind: 'sql', text, values: [] });
}
