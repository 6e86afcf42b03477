import type { RevisionCode } from '../contract/define-revision.ts';
import type { RevisionNode } from '../graph/graph-revision.ts';

/** What a revision runs: SQL, which is data, or code, which is only known to the process that imported it. */
export type RevisionBody =
  | { readonly kind: 'sql'; readonly text: string }
  | { readonly kind: 'code'; readonly version: number; readonly run: RevisionCode };

/** A revision as the rest of the kernel sees it: checked, complete and frozen, whichever way it was read. */
export interface Revision extends RevisionNode {
  readonly up: RevisionBody;
  readonly down: RevisionBody | null;
  /** `false`: runs outside a transaction, and `check` says whether it has happened. */
  readonly transaction: boolean;
  readonly check: string | null;
  readonly replaces: readonly string[];
  /** Hash of exactly what the author wrote, with its algorithm: `r1:` and 32 hex digits. */
  readonly raw: string;
  /** The package version that first shipped it, where a manifest says so. */
  readonly since: string | null;
  /** For revisions named in `dependsOn`: the version of their package that first shipped them, where known. */
  readonly dependsOnSince: Readonly<Record<string, string>>;
  /** Where it was read from, for messages. */
  readonly file: string;
}
