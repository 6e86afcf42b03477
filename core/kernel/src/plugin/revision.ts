import type { RevisionCode } from '../contract/define-revision.ts';
import type { RevisionNode } from '../graph/graph-revision.ts';

/** The `up` or `down` of a revision: SQL, which is data, or code, which only the process that imported it knows. */
export type RevisionBody =
  | { readonly kind: 'sql'; readonly text: string }
  | { readonly kind: 'code'; readonly version: number; readonly run: RevisionCode };

/** A revision of an active plugin: checked, complete and frozen, whether it was read from a file or from a manifest. */
export interface Revision extends RevisionNode {
  readonly up: RevisionBody;
  readonly down: RevisionBody | null;
  /** `false`: runs outside a transaction, and `check` says whether it has already happened. */
  readonly transaction: boolean;
  readonly check: string | null;
  readonly replaces: readonly string[];
  /** Hash of exactly the author's text, with its algorithm: `r1:` and 32 hex digits. */
  readonly raw: string;
  /** The package version that first shipped it, if the manifest says so. */
  readonly since: string | null;
  /** For revisions named in `dependsOn`: the version of their package that first shipped them, if known. */
  readonly dependsOnSince: Readonly<Record<string, string>>;
  /** The file that it was read from, for messages. */
  readonly file: string;
}
