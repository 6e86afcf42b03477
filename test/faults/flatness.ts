/** A measurement of a running process. */
export interface Sample {
  /** Bytes of memory that it occupies. */
  readonly memory: number;
  /** The number of its open file descriptors. */
  readonly descriptors: number;
  /** The number of connections to its database. */
  readonly connections: number;
}

/** The medians of one part of a run. */
type Medians = Sample;

/** The verdict on a run. */
export interface Flatness {
  /** The first part after the warm-up. */
  readonly early: Medians;
  /** The last part. */
  readonly late: Medians;
  /** The values that grew; empty if the run was flat. */
  readonly grown: readonly (keyof Sample)[];
}

/** How much the median of the last part may exceed that of the first. Memory: a factor. The others: a number. */
export const tolerance = { memory: 1.1, descriptors: 2, connections: 2 } as const;

/**
 * Compares parts of a run. Its first quarter is the warm-up, in which caches fill and code is compiled. The rest has
 * three parts, and the medians of the last one must not exceed those of the first by more than {@link tolerance}.
 */
export function flatnessOf(samples: readonly Sample[]): Flatness {
  const [first, last] = [samples.length / 4, samples.length / 2].map(Math.floor) as [number, number];
  const early = mediansOf(samples.slice(first, last));
  const late = mediansOf(samples.slice(-(last - first)));
  const isGrown: Readonly<Record<keyof Sample, boolean>> = {
    memory: late.memory > early.memory * tolerance.memory,
    descriptors: late.descriptors > early.descriptors + tolerance.descriptors,
    connections: late.connections > early.connections + tolerance.connections,
  };
  return { early, late, grown: (['memory', 'descriptors', 'connections'] as const).filter((name) => isGrown[name]) };
}

function mediansOf(samples: readonly Sample[]): Medians {
  const median = (values: readonly number[]): number => {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  return {
    memory: median(samples.map(({ memory }) => memory)),
    descriptors: median(samples.map(({ descriptors }) => descriptors)),
    connections: median(samples.map(({ connections }) => connections)),
  };
}
