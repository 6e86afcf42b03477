import type { HistoryEntry } from '@headwater/kernel/plugin';

/** The branches of a history as straight lanes: one lane for each plugin, in columns from left to right. */
export interface Lanes {
  /** The names of the plugins, from top to bottom. */
  readonly lanes: readonly string[];
  readonly nodes: readonly LaneNode[];
  /** The dependencies across plugins, as indexes into `nodes`. Lanes connect the nodes of one plugin. */
  readonly edges: readonly LaneEdge[];
  /** The number of columns. */
  readonly columns: number;
}

/** A revision, or several consecutive ones that are folded into one. */
export interface LaneNode {
  /** The ids of its revisions, in order. */
  readonly ids: readonly string[];
  readonly state: HistoryEntry['state'];
  readonly breaking: boolean;
  /** Index into `lanes`. */
  readonly lane: number;
  /** All that it revises or depends on is in earlier columns. */
  readonly column: number;
}

/** A dependency. */
export interface LaneEdge {
  readonly from: number;
  readonly to: number;
}

/** Options of {@link layOut}. */
export interface LanesOptions {
  /** Shows this plugin with the plugins that it is directly connected with. Default: all plugins. */
  readonly focus?: string | undefined;
  /** Whether consecutive revisions without dependencies become one node. Default: true. */
  readonly fold?: boolean;
  /** Revisions that are never folded, such as those that a search has found. Default: none. */
  readonly keep?: ReadonlySet<string>;
}

/** Lays out a history. The column of a node is the length of the longest path that leads to it. */
export function layOut(history: readonly HistoryEntry[], options: LanesOptions = {}): Lanes {
  const { focus, fold = true, keep = new Set() } = options;
  const byId = new Map(history.map((entry) => [entry.id, entry]));
  const isShown = shownPlugins(history, byId, focus);
  const entries = history.filter(({ plugin }) => isShown(plugin));
  const crossing = entries.flatMap((entry) =>
    entry.dependsOn.flatMap((id) => {
      const other = byId.get(id);
      const isInFocus = focus === undefined || entry.plugin === focus || other?.plugin === focus;
      return other !== undefined && isShown(other.plugin) && isInFocus ? [[id, entry.id] as const] : [];
    }),
  );
  const kept = new Set([...keep, ...crossing.flat()]);
  const lanes = [...new Set(entries.map(({ plugin }) => plugin))];
  const groups = lanes.flatMap((plugin) =>
    foldedGroups(
      entries.filter((entry) => entry.plugin === plugin),
      fold ? kept : null,
    ),
  );
  const nodeOf = new Map(groups.flatMap((group, i) => group.map(({ id }) => [id, i] as const)));
  const edges = crossing.flatMap(([from, to]) => {
    const [a, b] = [nodeOf.get(from), nodeOf.get(to)];
    return a === undefined || b === undefined ? [] : [{ from: a, to: b }];
  });
  const before = groups.map((group, i): number[] => {
    const isFirst = groups[i - 1]?.[0]?.plugin !== group[0]?.plugin;
    return isFirst ? [] : [i - 1];
  });
  for (const { from, to } of edges) before[to]?.push(from);
  const columns = longestPaths(before);
  return {
    lanes,
    nodes: groups.map((group, i) => ({
      ids: group.map(({ id }) => id),
      state: group[0]?.state ?? null,
      breaking: group.some(({ breaking }) => breaking),
      lane: lanes.indexOf(group[0]?.plugin ?? ''),
      column: columns[i] ?? 0,
    })),
    edges,
    columns: Math.max(0, ...columns) + 1,
  };
}

function shownPlugins(
  history: readonly HistoryEntry[],
  byId: ReadonlyMap<string, HistoryEntry>,
  focus: string | undefined,
): (plugin: string) => boolean {
  if (focus === undefined) return () => true;
  const shown = new Set([focus]);
  for (const { plugin, dependsOn } of history) {
    for (const id of dependsOn) {
      const other = byId.get(id)?.plugin;
      if (plugin === focus && other !== undefined) shown.add(other);
      if (other === focus) shown.add(plugin);
    }
  }
  return (plugin) => shown.has(plugin);
}

/**
 * Groups the revisions of a branch: consecutive ones of the same state form a group, unless they are in `kept`, are the
 * first or the last, or break older code. With `null` each revision is a group.
 */
function foldedGroups(
  branch: readonly HistoryEntry[],
  kept: ReadonlySet<string> | null,
): readonly (readonly HistoryEntry[])[] {
  const groups: HistoryEntry[][] = [];
  let isOpen = false;
  for (const [i, entry] of branch.entries()) {
    const canFold =
      kept !== null &&
      i > 0 &&
      i < branch.length - 1 &&
      !kept.has(entry.id) &&
      !entry.breaking &&
      entry.revises.length === 1;
    const last = groups.at(-1);
    if (canFold && isOpen && last?.[0]?.state === entry.state) last.push(entry);
    else groups.push([entry]);
    isOpen = canFold;
  }
  return groups;
}

/** Returns the length of the longest path to each node. A cycle, which only a damaged ledger has, is cut. */
function longestPaths(before: readonly (readonly number[])[]): readonly number[] {
  const lengths = new Map<number, number>();
  const open = new Set<number>();
  const lengthOf = (node: number): number => {
    const known = lengths.get(node);
    if (known !== undefined) return known;
    if (open.has(node)) return -1;
    open.add(node);
    const length = Math.max(-1, ...(before[node] ?? []).map(lengthOf)) + 1;
    open.delete(node);
    lengths.set(node, length);
    return length;
  };
  return before.map((_, node) => lengthOf(node));
}
