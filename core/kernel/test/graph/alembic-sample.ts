import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { RevisionInput } from '../../src/graph/graph-revision.ts';

/** One of the random graphs of the sample, and what Alembic 1.8.1 makes of it. Keys as in its `README`, shortened. */
export interface AlembicGraph {
  readonly n: number;
  /** `valid`, or how it was spoiled. */
  readonly kind: string;
  /** Id, parents, dependencies (ids or labels), branch labels. */
  readonly revs: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[];
  /** What loading raised; then nothing below is there. */
  readonly error?: unknown;
  readonly heads?: readonly string[];
  readonly bases?: readonly string[];
  /** `[before, after]`. */
  readonly edges?: readonly (readonly [string, string])[];
  readonly states?: readonly {
    readonly applied: readonly string[] | null;
    readonly ops: readonly AlembicOp[];
  }[];
}

/** A command that Alembic was given, and its answer: what it runs, or an error. */
export interface AlembicOp {
  readonly op: 'upgrade' | 'downgrade';
  readonly to: string;
  readonly run?: readonly string[];
  readonly error?: { readonly kind: string };
  /** Signs that the answer is not sound: its version table went wrong, or its order breaks an edge. */
  readonly table_error?: unknown;
  readonly bad_order?: unknown;
}

/** The sample, which has been recorded once: it is data, not code under test. */
export function readSample(): readonly AlembicGraph[] {
  const packed = readFileSync(new URL('alembic-sample.json.gz', import.meta.url));
  // The file is ours and its shape is that of the interface above.
  const sample = JSON.parse(gunzipSync(packed).toString()) as { readonly graphs: readonly AlembicGraph[] };
  return sample.graphs;
}

/** Alembic's `a2` as a full name: the first letter is the branch. */
export function idOf(name: string): string {
  return `${name.slice(0, 1)}@${name}`;
}

/** The revision that carries each label. */
export function labelsOf(graph: AlembicGraph): ReadonlyMap<string, string> {
  return new Map(graph.revs.flatMap(([name, , , labels]) => labels.map((label) => [label, name] as const)));
}

/** The graph as revisions. A label that is depended on stands for the revision that carries it. */
export function revisionsOfSample(graph: AlembicGraph): readonly RevisionInput[] {
  const labels = labelsOf(graph);
  return graph.revs.map(([name, parents, dependencies]) => ({
    id: idOf(name),
    revises: parents.map(idOf),
    dependsOn: dependencies.map((dependency) => idOf(labels.get(dependency) ?? dependency.toLowerCase())),
  }));
}

/** Whether every parent is of the same branch and every dependency of another, as Headwater writes them. */
export function isComparable(graph: AlembicGraph): boolean {
  const labels = labelsOf(graph);
  const branch = (name: string): string => (labels.get(name) ?? name).slice(0, 1);
  return graph.revs.every(
    ([name, parents, dependencies]) =>
      parents.every((parent) => branch(parent) === branch(name)) &&
      dependencies.every((dependency) => branch(dependency) !== branch(name)),
  );
}
