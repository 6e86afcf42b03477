import { headsAmong } from '../graph/heads-and-bases.ts';
import { squashView, type SquashView } from '../graph/squashes.ts';
import type { Ledger, LedgerRow } from '../ledger/ledger.ts';
import type { Plugin, PluginSet } from '../plugin/plugin-set.ts';
import type { Revision } from '../plugin/revision.ts';

/** The state of a revision, given the code and the ledger. */
export type RevisionState = 'applied' | 'pending' | 'dormant' | 'ahead';

/** A revision in the code, in the ledger, or in both. */
export interface KnownRevision extends Pick<
  Revision,
  'id' | 'plugin' | 'revises' | 'dependsOn' | 'breaking' | 'replaces'
> {
  /** `null` if the ledger was not read. */
  readonly state: RevisionState | null;
  /** The revision as its plugin ships it; `null` if no active plugin has it. */
  readonly shipped: Revision | null;
  /** `null` if it is not applied. */
  readonly row: LedgerRow | null;
  /** The squash in whose range it is, if that is in its place; otherwise `null`. */
  readonly replacedBy: string | null;
}

/** A plugin's branch, from base to head. */
export interface Branch {
  readonly plugin: string;
  /** `null` if the plugin is not active. */
  readonly active: Plugin | null;
  readonly revisions: readonly KnownRevision[];
  /** The revisions of the code that are not in this history: those in the range of a squash, or a squash. */
  readonly hidden: readonly KnownRevision[];
}

/**
 * Returns all branches with everything known about them: those of the active plugins in plugin order, then the others
 * by name. It rejects nothing, so it can also show a history that an upgrade would reject. Without a ledger it returns
 * the revisions of the code alone.
 */
export function branchesOf(pluginSet: PluginSet, ledger: Ledger | null): readonly Branch[] {
  const all = ledger?.rows ?? [];
  const shipped = pluginSet.plugins.flatMap(({ revisions }) => revisions);
  const ids = new Set(shipped.map(({ id }) => id));
  const view = squashView([...shipped, ...all.filter(({ id }) => !ids.has(id))], new Set(all.map(({ id }) => id)));
  const rows = Map.groupBy(all, (row) => row.plugin);
  const active = pluginSet.plugins.map((plugin) =>
    branchOf(plugin.name, plugin, rows.get(plugin.name) ?? [], ledger !== null, view),
  );
  const others = [...rows.keys()].filter((name) => !pluginSet.byName.has(name)).toSorted();
  return [...active, ...others.map((name) => branchOf(name, null, rows.get(name) ?? [], true, view))];
}

function branchOf(
  name: string,
  active: Plugin | null,
  rows: readonly LedgerRow[],
  hasLedger: boolean,
  { hidden, resolve }: SquashView,
): Branch {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const known = (
    source: Revision | LedgerRow,
    rest: Pick<KnownRevision, 'state' | 'shipped' | 'row'>,
  ): KnownRevision => {
    const { id, plugin, revises, dependsOn, breaking, replaces } = source;
    const edges = { revises: [...new Set(revises.map(resolve))], dependsOn: [...new Set(dependsOn.map(resolve))] };
    return { id, plugin, ...edges, breaking, replaces, ...rest, replacedBy: null };
  };
  const shipped = (active?.revisions ?? []).map((revision): KnownRevision => {
    const row = byId.get(revision.id) ?? null;
    const state = !hasLedger ? null : row === null ? 'pending' : 'applied';
    return known(revision, { state, shipped: revision, row });
  });
  const ids = new Set(shipped.flatMap(({ id }) => id));
  const replaced = new Set(shipped.flatMap(({ replaces }) => replaces));
  const stateOf = (row: LedgerRow): RevisionState => {
    if (active === null) return 'dormant';
    const isCode = replaced.has(row.id) || (row.replaces.length > 0 && row.replaces.every((id) => ids.has(id)));
    return isCode ? 'applied' : 'ahead';
  };
  const recorded = rows
    .filter((row) => !ids.has(row.id))
    .map((row) => known(row, { state: stateOf(row), shipped: null, row }));
  const all = [...shipped, ...recorded];
  const states = new Map(all.map(({ id, state }) => [id, state]));
  return {
    plugin: name,
    active,
    revisions: lineageOf(all.filter(({ id }) => !hidden.has(id))),
    hidden: all.flatMap((revision) => {
      const by = hidden.get(revision.id)?.by;
      if (by === undefined) return [];
      if (revision.replaces.length > 0) return [revision];
      return [{ ...revision, state: states.get(by) ?? null, replacedBy: by }];
    }),
  };
}

/**
 * Sorts revisions so that each comes after those that it revises. Files and rows are nearly always in that order, so
 * one pass usually suffices. Unlike the graph it tolerates gaps and cycles, so that commands can show them.
 */
function lineageOf(revisions: readonly KnownRevision[]): readonly KnownRevision[] {
  const sorted: KnownRevision[] = [];
  let left = revisions;
  while (left.length > 0) {
    const waiting = new Set(left.map(({ id }) => id));
    const before = sorted.length;
    for (const revision of left) {
      if (revision.revises.some((id) => waiting.has(id))) continue;
      sorted.push(revision);
      waiting.delete(revision.id);
    }
    // A cycle, which only a manually edited ledger can contain.
    if (sorted.length === before) return [...sorted, ...left];
    left = left.filter(({ id }) => waiting.has(id));
  }
  return sorted;
}

/** The status of one branch in the database. */
export interface BranchStatus {
  readonly plugin: string;
  /** `dormant`: it has applied revisions, but its plugin is not active. */
  readonly state: 'active' | 'dormant';
  /** `null` if the plugin is not active. */
  readonly package: string | null;
  /** `null` if the plugin is not active. */
  readonly version: string | null;
  /** The heads of its code. */
  readonly heads: readonly string[];
  /** The heads of its applied revisions. */
  readonly current: readonly string[];
  /** The number of its ledger rows, including dormant ones and those ahead of the code. */
  readonly applied: number;
  readonly pending: readonly string[];
  readonly dormant: readonly string[];
  /** Applied revisions that the installed code does not know. */
  readonly ahead: readonly string[];
}

/** Summarizes a branch. The ledger must have been read. */
export function statusOf({ plugin, active, revisions }: Branch): BranchStatus {
  const inState = (state: RevisionState): readonly string[] =>
    revisions.flatMap((revision) => (revision.state === state ? [revision.id] : []));
  const applied = revisions.filter(({ row }) => row !== null);
  return {
    plugin,
    state: active === null ? 'dormant' : 'active',
    package: active?.package ?? null,
    version: active?.version ?? null,
    heads: headsAmong(revisions.filter(({ shipped, state }) => shipped !== null || state === 'applied')),
    current: headsAmong(applied),
    applied: applied.length,
    pending: inState('pending'),
    dormant: inState('dormant'),
    ahead: inState('ahead'),
  };
}
