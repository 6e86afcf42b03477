import { headsAmong } from '../graph/heads-and-bases.ts';
import type { Branch, RevisionState } from '../migrate/branch-status.ts';
import { readHistory, readBranches, type HistoryOptions } from './history.ts';
import type { ApplicationRecord } from './application-record.ts';
import type { Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/**
 * The shape of a plugin's branch. One that can be upgraded has one base and one head; others are listed, too, so that they
 * can be mended.
 */
export interface BranchShape {
  readonly plugin: string;
  /** `null` if the plugin is not active. */
  readonly package: string | null;
  /** `null` if the plugin is not active. */
  readonly version: string | null;
  /** The number of its revisions, in the code and in the ledger. */
  readonly revisions: number;
  readonly bases: readonly string[];
  readonly heads: readonly string[];
  /** The revisions that several others revise. */
  readonly forks: readonly { readonly id: string; readonly next: readonly string[] }[];
  /** The revisions that revise several others. */
  readonly merges: readonly { readonly id: string; readonly revises: readonly string[] }[];
}

/** The latest applied revision of a branch. */
export interface CurrentRevision {
  readonly id: string;
  readonly plugin: string;
  /** `applied`, `dormant` or `ahead`. */
  readonly state: RevisionState;
  /** Whether it is the head of its branch in the code. `false` for a revision that the code does not have. */
  readonly isHead: boolean;
  readonly applied: ApplicationRecord;
}

/** Lists the branches of the active plugins in plugin order, then the dormant ones. Accepts branches with several heads. */
export async function readBranchShapes(
  project: Project,
  options: Pick<HistoryOptions, 'offline' | 'signal'> = {},
): Promise<readonly BranchShape[]> {
  return (await readBranches(project, options)).map(shapeOf);
}

function shapeOf({ plugin, active, revisions }: Branch): BranchShape {
  const ids = new Set(revisions.map(({ id }) => id));
  const next = (id: string): readonly string[] =>
    revisions.flatMap((other) => (other.revises.includes(id) ? [other.id] : [])).toSorted();
  return {
    plugin,
    package: active?.package ?? null,
    version: active?.version ?? null,
    revisions: revisions.length,
    bases: revisions.flatMap(({ id, revises }) => (revises.some((one) => ids.has(one)) ? [] : [id])).toSorted(),
    heads: headsAmong(revisions),
    forks: revisions.flatMap(({ id }) => (next(id).length > 1 ? [{ id, next: next(id) }] : [])),
    merges: revisions.flatMap(({ id, revises }) => (revises.length > 1 ? [{ id, revises }] : [])),
  };
}

/** Lists the latest applied revisions of all branches, with the records of their application. */
export async function readCurrent(project: Project, { signal }: ReadOptions = {}): Promise<readonly CurrentRevision[]> {
  const { branches, records } = await readHistory(project, { ...(signal && { signal }) });
  return branches.flatMap(({ plugin, revisions }) => {
    const heads = new Set(headsAmong(revisions.filter(({ shipped }) => shipped !== null)));
    const latest = new Set(headsAmong(revisions.filter(({ row }) => row !== null)));
    return revisions.flatMap(({ id, state }): readonly CurrentRevision[] => {
      const applied = records.get(id);
      if (!latest.has(id) || state === null || applied === undefined) return [];
      return [{ id, plugin, state, isHead: heads.has(id), applied }];
    });
  });
}
