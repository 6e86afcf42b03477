import type { Ledger, LedgerRow } from '../ledger/ledger.ts';
import type { Plugin, PluginSet } from '../plugin/plugin-set.ts';
import type { Revision } from '../plugin/revision.ts';

/** Where a revision stands between code and ledger. */
export type RevisionState = 'applied' | 'pending' | 'dormant' | 'ahead';

/** A revision that the code has, the ledger, or both. */
export interface KnownRevision {
  readonly id: string;
  readonly plugin: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  readonly breaking: boolean;
  /** `null` where the ledger was not read. */
  readonly state: RevisionState | null;
  /** As its plugin ships it; `null` where no active code has it. */
  readonly shipped: Revision | null;
  /** `null` where it is not applied. */
  readonly row: LedgerRow | null;
}

/** A plugin's lineage, from base to head. */
export interface Branch {
  readonly plugin: string;
  /** `null` where the plugin is not active. */
  readonly active: Plugin | null;
  readonly revisions: readonly KnownRevision[];
}

/**
 * All that is known of each branch: of the active plugins in the order of the set, then of the others by name. It
 * judges nothing, so that it can also tell a history that is refused. Without a ledger it tells the code alone.
 */
export function branchesOf(set: PluginSet, ledger: Ledger | null): readonly Branch[] {
  const rows = Map.groupBy(ledger?.rows ?? [], (row) => row.plugin);
  const active = set.plugins.map((plugin) =>
    branchOf(plugin.name, plugin, rows.get(plugin.name) ?? [], ledger !== null),
  );
  const others = [...rows.keys()].filter((name) => !set.byName.has(name)).toSorted();
  return [...active, ...others.map((name) => branchOf(name, null, rows.get(name) ?? [], true))];
}

function branchOf(name: string, active: Plugin | null, rows: readonly LedgerRow[], asked: boolean): Branch {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const shipped = (active?.revisions ?? []).map((revision): KnownRevision => {
    const row = byId.get(revision.id) ?? null;
    return {
      ...edgesOf(revision),
      state: !asked ? null : row === null ? 'pending' : 'applied',
      shipped: revision,
      row,
    };
  });
  const known = new Set(shipped.map(({ id }) => id));
  const state = active === null ? 'dormant' : 'ahead';
  const recorded = rows
    .filter((row) => !known.has(row.id))
    .map((row): KnownRevision => ({ ...edgesOf(row), state, shipped: null, row }));
  return { plugin: name, active, revisions: inLineage([...shipped, ...recorded]) };
}

function edgesOf({
  id,
  plugin,
  revises,
  dependsOn,
  breaking,
}: Revision | LedgerRow): Omit<KnownRevision, 'state' | 'shipped' | 'row'> {
  return { id, plugin, revises, dependsOn, breaking };
}

/** Each after what it revises. Files and rows are nearly always in that order, and then one pass is enough. */
function inLineage(revisions: readonly KnownRevision[]): readonly KnownRevision[] {
  const placed: KnownRevision[] = [];
  let left = revisions;
  while (left.length > 0) {
    const waiting = new Set(left.map(({ id }) => id));
    const before = placed.length;
    for (const revision of left) {
      if (revision.revises.some((id) => waiting.has(id))) continue;
      placed.push(revision);
      waiting.delete(revision.id);
    }
    // A circle, which only a ledger changed by hand can hold.
    if (placed.length === before) return [...placed, ...left];
    left = left.filter(({ id }) => waiting.has(id));
  }
  return placed;
}

/** The latest of `revisions`: those that none of the others revises. Sorted ids. */
export function latestOf(revisions: readonly KnownRevision[]): readonly string[] {
  const revised = new Set(revisions.flatMap(({ revises }) => revises));
  return revisions.flatMap(({ id }) => (revised.has(id) ? [] : [id])).toSorted();
}

/** What the database has of one branch. */
export interface BranchStatus {
  readonly plugin: string;
  /** `dormant`: applied, while its plugin is not active. */
  readonly state: 'active' | 'dormant';
  /** `null` where the plugin is not active, as is `version`. */
  readonly package: string | null;
  readonly version: string | null;
  /** The latest that its code has. */
  readonly heads: readonly string[];
  /** The latest that are applied. */
  readonly current: readonly string[];
  /** How many rows the ledger has of it, dormant ones and those ahead included. */
  readonly applied: number;
  readonly pending: readonly string[];
  readonly dormant: readonly string[];
  /** Applied, and unknown to the code that is here. */
  readonly ahead: readonly string[];
}

/** Sums up a branch of which the ledger was read. */
export function statusOf({ plugin, active, revisions }: Branch): BranchStatus {
  const those = (state: RevisionState): readonly string[] =>
    revisions.flatMap((revision) => (revision.state === state ? [revision.id] : []));
  return {
    plugin,
    state: active === null ? 'dormant' : 'active',
    package: active?.package ?? null,
    version: active?.version ?? null,
    heads: latestOf(revisions.filter(({ shipped }) => shipped !== null)),
    current: latestOf(revisions.filter(({ row }) => row !== null)),
    applied: revisions.filter(({ row }) => row !== null).length,
    pending: those('pending'),
    dormant: those('dormant'),
    ahead: those('ahead'),
  };
}
