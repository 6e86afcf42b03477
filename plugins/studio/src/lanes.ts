import type { DrawnNode, Drawing } from '@headwater/kernel/plugin';

/** The branches of a drawing as straight lanes: one lane for each plugin, in columns from left to right. */
export interface Lanes {
  /** The names of the plugins, from top to bottom. */
  readonly lanes: readonly string[];
  readonly nodes: readonly LaneNode[];
  /** The dependencies across plugins, as indexes into `nodes`. Lanes connect the nodes of one plugin. */
  readonly edges: readonly LaneEdge[];
  /** The number of columns. */
  readonly columns: number;
}

/** A revision, or a folded chain of them. */
export interface LaneNode extends Pick<DrawnNode, 'state' | 'breaking'> {
  /** The ids of its revisions, in order. */
  readonly ids: readonly string[];
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

/**
 * Lays out a drawing. `plugins` are the names of all lanes from top to bottom. The column of a node is the length of the
 * longest path that leads to it.
 */
export function layOut({ branches, edges: drawn }: Drawing, plugins: readonly string[]): Lanes {
  const ordered = branches.toSorted((a, b) => plugins.indexOf(a.plugin) - plugins.indexOf(b.plugin));
  const placed = ordered.flatMap(({ nodes }, lane) => nodes.map((node, i) => ({ node, lane, isFirst: i === 0 })));
  const indexOf = new Map(placed.map(({ node }, i) => [node.name, i]));
  const edges = drawn.flatMap(({ from, to, kind }): readonly LaneEdge[] => {
    const [a, b] = [indexOf.get(from), indexOf.get(to)];
    return kind === 'revises' || a === undefined || b === undefined ? [] : [{ from: a, to: b }];
  });
  // A lane is one line, so each of its nodes is to the right of the one before, also where a branch forks.
  const before = placed.map(({ isFirst }, i): number[] => (isFirst ? [] : [i - 1]));
  for (const { from, to } of edges) before[to]?.push(from);
  const columns = longestPaths(before);
  return {
    lanes: ordered.map(({ plugin }) => plugin),
    nodes: placed.map(({ node: { revisions, state, breaking }, lane }, i) => ({
      ids: revisions,
      state,
      breaking,
      lane,
      column: columns[i] ?? 0,
    })),
    edges,
    columns: Math.max(0, ...columns) + 1,
  };
}

/** Returns the length of the longest path to each node. A graph has no cycles. */
function longestPaths(before: readonly (readonly number[])[]): readonly number[] {
  const lengths = new Map<number, number>();
  const lengthOf = (node: number): number => {
    const known = lengths.get(node);
    if (known !== undefined) return known;
    const length = Math.max(-1, ...(before[node] ?? []).map(lengthOf)) + 1;
    lengths.set(node, length);
    return length;
  };
  return before.map((_, node) => lengthOf(node));
}
