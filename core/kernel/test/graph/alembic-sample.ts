import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { RevisionInput } from '../../src/graph/graph-revision.ts';

/** A random graph of the sample, with the answers of Alembic 1.8.1. */
export interface AlembicGraph {
  readonly n: number;
  /** `valid`, or how the graph is broken. */
  readonly kind: string;
  /** Id, parents, dependencies (ids or labels), branch labels. */
  readonly revs: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[];
  /** The error raised by loading. If set, the fields below are absent. */
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

/** A command given to Alembic and its answer: the revisions that it runs, or an error. */
export interface AlembicOp {
  readonly op: 'upgrade' | 'downgrade';
  readonly to: string;
  readonly run?: readonly string[];
  readonly error?: { readonly kind: string };
  /** Set if the answer is unsound: the version table ended up wrong, or the order violates an edge. */
  readonly table_error?: unknown;
  readonly bad_order?: unknown;
}

/** Reads the sample, which was recorded once and is data, not code under test. */
export function readSample(): readonly AlembicGraph[] {
  const packed = readFileSync(new URL('alembic-sample.json.gz', import.meta.url));
  // This file is ours and has the shape of the interface above.
  const sample = JSON.parse(gunzipSync(packed).toString()) as { readonly graphs: readonly AlembicGraph[] };
  return sample.graphs;
}

/** Converts Alembic's `a2` to a full name, whose branch is the first letter. */
export function idOf(name: string): string {
  return `${name.slice(0, 1)}@${name}`;
}

/** Returns the revision of each label. */
export function labelsOf(graph: AlembicGraph): ReadonlyMap<string, string> {
  return new Map(graph.revs.flatMap(([name, , , labels]) => labels.map((label) => [label, name] as const)));
}

/** Converts the graph to revisions. A dependency on a label becomes one on the revision that has the label. */
export function revisionsOfSample(graph: AlembicGraph): readonly RevisionInput[] {
  const labels = labelsOf(graph);
  return graph.revs.map(([name, parents, dependencies]) => ({
    id: idOf(name),
    revises: parents.map(idOf),
    dependsOn: dependencies.map((dependency) => idOf(labels.get(dependency) ?? dependency.toLowerCase())),
  }));
}

/** Whether every parent is on the same branch and every dependency on another branch, as Headwater requires. */
export function isComparable(graph: AlembicGraph): boolean {
  const labels = labelsOf(graph);
  const branch = (name: string): string => (labels.get(name) ?? name).slice(0, 1);
  return graph.revs.every(
    ([name, parents, dependencies]) =>
      parents.every((parent) => branch(parent) === branch(name)) &&
      dependencies.every((dependency) => branch(dependency) !== branch(name)),
  );
}
