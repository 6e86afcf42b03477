import type { EdgeKind } from '../error/codes/graph.ts';
import { revisionEdges } from './edges.ts';
import type { GraphRevision } from './graph-revision.ts';
import type { RevisionGraph } from './revision-graph.ts';

/** The state of a drawn revision; `null` if it is unknown. */
export type DrawnState = 'applied' | 'pending' | 'dormant' | 'ahead' | null;

/** A revision in a drawing, or a folded chain of them. */
export interface DrawnNode {
  /** A short name, unique in the drawing: `r3`. */
  readonly name: string;
  /** The slug, or `0002_a … 0009_h (8)` for a chain. */
  readonly label: string;
  /** The ids of its revisions, from the earliest to the latest. */
  readonly revisions: readonly string[];
  readonly state: DrawnState;
  readonly breaking: boolean;
}

/** The branch of one plugin in a drawing. */
export interface DrawnBranch {
  readonly plugin: string;
  /** Whether only the ledger knows it, since its plugin is not active. */
  readonly dormant: boolean;
  readonly nodes: readonly DrawnNode[];
}

/** The branches of a graph and the edges between their revisions, for any format. */
export interface Drawing {
  readonly branches: readonly DrawnBranch[];
  /** From a revision to one that needs it. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly kind: EdgeKind }[];
}

/** Options of a {@link Drawing}. */
export interface DrawingOptions {
  /**
   * Whether to draw each chain of at least three revisions as one, if they have the same state, no edges to other branches,
   * and none of them is breaking. Default: false.
   */
  readonly fold?: boolean;
  /** The ids of revisions that are in no chain, such as those that a search has found. Default: none. */
  readonly keep?: readonly string[];
}

/** Draws a graph. `stateOf` returns the state of a revision. */
export function drawGraph(
  graph: RevisionGraph,
  stateOf: (id: string) => DrawnState,
  { fold = false, keep = [] }: DrawingOptions = {},
): Drawing {
  const chains = fold ? foldChains(graph, stateOf, new Set(keep)) : graph.order.map((revision) => [revision]);
  const nodes = chains.map((chain, i) => nodeOf(chain, `r${i}`, stateOf));
  const nameOf = new Map(nodes.flatMap(({ name, revisions }) => revisions.map((id) => [id, name])));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const branches = Array.from(graph.branches, ([plugin, branch]): DrawnBranch => {
    const names = new Set(branch.map(({ id }) => nameOf.get(id) ?? ''));
    const own = Array.from(names).flatMap((name) => byName.get(name) ?? []);
    return { plugin, dormant: branch.every((revision) => revision.dormant), nodes: own };
  });
  const edges = graph.order.flatMap((revision) =>
    revisionEdges(revision).flatMap(({ edge, to }) => {
      const [from = '', end = ''] = [nameOf.get(to), nameOf.get(revision.id)];
      return from === end ? [] : [{ from, to: end, kind: edge }];
    }),
  );
  return { branches, edges };
}

function nodeOf(chain: readonly GraphRevision[], name: string, stateOf: (id: string) => DrawnState): DrawnNode {
  const [first, last] = [chain[0], chain.at(-1)];
  const label = chain.length === 1 ? (first?.slug ?? '') : `${first?.slug} … ${last?.slug} (${chain.length})`;
  const breaking = chain.some((revision) => revision.breaking);
  return { name, label, revisions: chain.map(({ id }) => id), state: stateOf(first?.id ?? ''), breaking };
}

/** Groups the revisions of a graph, in its order: each is alone or in a chain that can be drawn as one. */
function foldChains(
  { order }: RevisionGraph,
  stateOf: (id: string) => DrawnState,
  kept: ReadonlySet<string>,
): readonly (readonly GraphRevision[])[] {
  const successors = new Map<string, number>();
  const needed = new Set<string>();
  for (const { revises, dependsOn } of order) {
    for (const id of revises) successors.set(id, (successors.get(id) ?? 0) + 1);
    for (const id of dependsOn) needed.add(id);
  }
  const isPlain = ({ id, revises, dependsOn, breaking }: GraphRevision): boolean =>
    revises.length <= 1 &&
    (successors.get(id) ?? 0) <= 1 &&
    dependsOn.length === 0 &&
    !(breaking || needed.has(id) || kept.has(id));
  const chains: GraphRevision[][] = [];
  const chainOf = new Map<string, GraphRevision[]>();
  for (const revision of order) {
    const [before = ''] = revision.revises;
    const chain = isPlain(revision) ? chainOf.get(before) : undefined;
    const last = chain?.at(-1);
    if (chain !== undefined && last !== undefined && stateOf(last.id) === stateOf(revision.id)) {
      chain.push(revision);
      chainOf.set(revision.id, chain);
      continue;
    }
    const alone = [revision];
    chains.push(alone);
    if (isPlain(revision)) chainOf.set(revision.id, alone);
  }
  // Two revisions take hardly more room than one.
  return chains.flatMap((chain) => (chain.length < 3 ? chain.map((revision) => [revision]) : [chain]));
}
