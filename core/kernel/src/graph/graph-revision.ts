import type { EdgeKind } from '../error/codes/graph.ts';
import { parseId } from './revision-id.ts';

/** What a graph is made of: a revision of an active plugin, or a row of the ledger that no code stands for. */
export interface RevisionInput {
  /** `plugin@slug`. */
  readonly id: string;
  /** The revision before it on its branch; `null` or nothing at the base; several at a merge. */
  readonly revises: null | string | readonly string[];
  /** Revisions of other branches that must be applied first. Default: none. */
  readonly dependsOn?: readonly string[];
  /** Known from the ledger alone: its plugin is not active, or is active with code that lacks it. Default: false. */
  readonly dormant?: boolean;
  /** Older code cannot live with it. Default: false. */
  readonly breaking?: boolean;
  /** Where it was read, for messages. */
  readonly file?: string;
}

/** A revision in a graph, complete and frozen. */
export interface GraphRevision {
  readonly id: string;
  readonly plugin: string;
  readonly slug: string;
  /** Sorted, each once. */
  readonly revises: readonly string[];
  /** Sorted, each once. */
  readonly dependsOn: readonly string[];
  /** What must be applied before it: both of these together, each once. */
  readonly needs: readonly string[];
  readonly dormant: boolean;
  readonly breaking: boolean;
  readonly file: string | null;
}

/** Checks the id and fills in what an input may leave out. Throws REVISION_ID_INVALID. */
export function graphRevision(input: RevisionInput): GraphRevision {
  const file = input.file ?? null;
  const { plugin, slug } = parseId(input.id, file);
  const revises = sortedOnce(input.revises);
  const dependsOn = sortedOnce(input.dependsOn);
  return Object.freeze({
    id: input.id,
    plugin,
    slug,
    revises,
    dependsOn,
    needs: together(revises, dependsOn),
    dormant: input.dormant ?? false,
    breaking: input.breaking ?? false,
    file,
  });
}

/** A revision's edges with their kinds, `revises` first. */
export function edgesOf(revision: GraphRevision): readonly { readonly edge: EdgeKind; readonly to: string }[] {
  return [
    ...revision.revises.map((to) => ({ edge: 'revises' as const, to })),
    ...revision.dependsOn.map((to) => ({ edge: 'dependsOn' as const, to })),
  ];
}

const none: readonly string[] = Object.freeze([]);

function sortedOnce(ids: null | undefined | string | readonly string[]): readonly string[] {
  if (typeof ids === 'string') return Object.freeze([ids]);
  if (ids === null || ids === undefined || ids.length === 0) return none;
  // Nearly all lists have one, and to ask whether it is frozen takes longer than a new one.
  if (ids.length === 1) return Object.freeze(ids.slice());
  // Most others are in order already, and a set for each of thousands of revisions would be felt at every boot.
  const inOrder = ids.every((id, i) => i === 0 || (ids[i - 1] ?? '') < id);
  return Object.freeze(inOrder ? [...ids] : [...new Set(ids)].toSorted());
}

function together(revises: readonly string[], dependsOn: readonly string[]): readonly string[] {
  if (dependsOn.length === 0) return revises;
  return revises.length === 0
    ? dependsOn
    : Object.freeze(revises.concat(dependsOn.filter((id) => !revises.includes(id))));
}
