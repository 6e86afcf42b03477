import type { RevisionCode } from '../contract/define-revision.ts';
import type { RevisionNode } from '../graph/graph-revision.ts';

/**
 * The `up` or `down` of a revision: SQL, which is data, or code, which is known only to the process that imported it.
 */
export type RevisionBody =
  | { readonly kind: 'sql'; readonly text: string }
  | { readonly kind: 'code'; readonly version: number; readonly run: RevisionCode };

/** A revision of an active plugin: checked, complete and frozen, whether it was read from a file or from a manifest. */
export interface Revision extends RevisionNode {
  readonly up: RevisionBody;
  readonly down: RevisionBody | null;
  /** `false`: it runs outside a transaction, and `check` shows whether it has already taken effect. */
  readonly transaction: boolean;
  readonly check: string | null;
  /** Hash of exactly the author's text, with its algorithm: `r1:` and 32 hex digits. */
  readonly raw: string;
  /** The package version that first shipped it, if the manifest states it. */
  readonly since: string | null;
  /** For revisions named in `dependsOn`: the version of their package that first shipped them, if known. */
  readonly dependsOnSince: Readonly<Record<string, string>>;
  /** `dependsOn` as its author wrote it, of which `raw` is the hash, if it has former names of plugins. */
  readonly writtenDependsOn?: readonly string[];
  /** The JSON of the effects of its `up`, if its manifest proves that it touches only objects of its plugin. */
  readonly effects?: string;
  /** Whether its manifest also proves that its `up` leaves its session as it was, see `keepsSession`. */
  readonly keepsSession?: true;
  /** The file that it was read from, for messages. */
  readonly file: string;
}
