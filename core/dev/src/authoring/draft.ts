import type { Plugin, PluginSet } from '@headwater/kernel/internal/plugins';
import type { ObjectAddress } from '@headwater/kernel/internal/sql';
import type { Shadow } from '../shadow/shadow.ts';
import type { PluginChanges } from './change-owners.ts';
import type { DraftReview } from './lint-draft.ts';
import type { RevisionDraft } from './revision-source.ts';

/** The context in which a revision is drafted, from entities, from SQL, or empty. */
export interface DraftContext {
  /** Every active plugin. */
  readonly set: PluginSet;
  /** The plugin that the revision belongs to. */
  readonly plugin: Plugin;
  /** Opens the shadow in which the draft is proven. The caller closes the shadow. */
  readonly openShadow: () => Promise<Shadow>;
  /** Whether `dependsOn` names the heads of the required plugins instead of the revisions that the SQL needs. */
  readonly pinHeads: boolean;
  /** Receives the name of each stage, which can take seconds. */
  readonly onStage: (stage: string) => void;
}

/** A drafted revision. Nothing is written yet. */
export interface Draft {
  /** `null` if there is nothing to create, or if the caller asked only for the changes. */
  readonly revision: RevisionDraft | null;
  /** `null` without a revision, and for an empty revision, which cannot be proven. */
  readonly review: DraftReview | null;
  /** The changes that the entities declare, each a line of text. */
  readonly changes: readonly string[];
  /** Changes in installed plugins that have no revision; the draft omits them. */
  readonly installed: readonly PluginChanges[];
  /** The objects that the proof does not compare: `2 operators`. */
  readonly unread: readonly string[];
  /** The objects of the plugin that revisions made by hand and that are kept. */
  readonly undeclared: readonly ObjectAddress[];
  /** The record of the objects that its entities declare, before and after; `null` if it does not change. */
  readonly record: { readonly before: readonly string[] | null; readonly after: readonly string[] } | null;
  /** Whether the plugin declares entities, or extends those of others. */
  readonly hasEntities: boolean;
  /** Values for `--rename` that would each replace a drop and an add in the draft. */
  readonly likelyRenames: readonly string[];
}

/** The part of a {@link Draft} that only a draft from entities fills in. */
export const noEntityChanges: Omit<Draft, 'revision' | 'review' | 'unread'> = {
  changes: [],
  installed: [],
  likelyRenames: [],
  undeclared: [],
  record: null,
  hasEntities: true,
};
