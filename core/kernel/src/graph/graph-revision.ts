import type { RevisionDefinition } from '../contract/define-revision.ts';
import { parseId } from './revision-id.ts';

/** The identity and the edges of a revision, whether they come from code or from the ledger. */
export interface RevisionNode {
  /** Full name: `plugin@slug`. */
  readonly id: string;
  /** The plugin that owns it: the part of the id before the `@`. */
  readonly plugin: string;
  /** Its name within the branch: the part of the id after the `@`. */
  readonly slug: string;
  /** The revisions before it on its branch. Empty at the base, several at a merge. */
  readonly revises: readonly string[];
  /** Revisions of other branches that must be applied first. Sorted. */
  readonly dependsOn: readonly string[];
  /** Whether older code stops working once it is applied. */
  readonly breaking: boolean;
  /** The revisions that it replaces, if it is a squash. Sorted. */
  readonly replaces: readonly string[];
}

/** A revision to add to a graph: shipped by an active plugin, or known only to the ledger. */
export interface RevisionInput extends Pick<
  RevisionDefinition,
  'id' | 'revises' | 'dependsOn' | 'breaking' | 'replaces'
> {
  /**
   * Whether it is known only to the ledger: its plugin is inactive, or the plugin's code lacks this revision.
   * Default: false.
   */
  readonly dormant?: boolean;
  /** The file that it was read from, for messages. Default: unknown. */
  readonly file?: string;
}

/** A revision in a graph, complete and frozen. `revises` and `dependsOn` are sorted; no list has duplicates. */
export interface GraphRevision extends RevisionNode {
  /** Every revision that must be applied first: `revises` and `dependsOn` together. */
  readonly needs: readonly string[];
  /** Whether it is known only to the ledger. */
  readonly dormant: boolean;
  /** The file that it was read from; `null` if unknown. */
  readonly file: string | null;
}

/** Checks the id of `input` and applies the defaults. Throws REVISION_ID_INVALID. */
export function graphRevision(input: RevisionInput): GraphRevision {
  const file = input.file ?? null;
  const { plugin, slug } = parseId(input.id, file);
  return complete({
    id: input.id,
    plugin,
    slug,
    revises: sortedUnique(input.revises),
    dependsOn: sortedUnique(input.dependsOn),
    replaces: sortedUnique(input.replaces),
    dormant: input.dormant ?? false,
    breaking: input.breaking ?? false,
    file,
  });
}

/** Returns a revision whose edges lead where `resolve` says. */
export function withEdges(revision: GraphRevision, resolve: (id: string) => string): GraphRevision {
  const { revises, dependsOn } = revision;
  if (!revision.needs.some((id) => resolve(id) !== id)) return revision;
  return complete({
    ...revision,
    revises: sortedUnique(revises.map(resolve)),
    dependsOn: sortedUnique(dependsOn.map(resolve)),
  });
}

function complete(revision: Omit<GraphRevision, 'needs'>): GraphRevision {
  return Object.freeze({ ...revision, needs: union(revision.revises, revision.dependsOn) });
}

const emptyList: readonly string[] = Object.freeze([]);

function sortedUnique(ids: null | undefined | string | readonly string[]): readonly string[] {
  if (typeof ids === 'string') return Object.freeze([ids]);
  if (ids === null || ids === undefined || ids.length === 0) return emptyList;
  // Nearly all lists have one element. Copying it is faster than checking whether the list is frozen.
  if (ids.length === 1) return Object.freeze(ids.slice());
  // Most other lists are already sorted. Creating a set for each of thousands of revisions would slow down every boot.
  const isSorted = ids.every((id, i) => i === 0 || (ids[i - 1] ?? '') < id);
  return Object.freeze(isSorted ? [...ids] : [...new Set(ids)].toSorted());
}

function union(revises: readonly string[], dependsOn: readonly string[]): readonly string[] {
  if (dependsOn.length === 0) return revises;
  return revises.length === 0
    ? dependsOn
    : Object.freeze(revises.concat(dependsOn.filter((id) => !revises.includes(id))));
}
