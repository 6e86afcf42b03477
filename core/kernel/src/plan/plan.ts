import type { GraphRevision } from '../graph/graph-revision.ts';

/** Which half of a revision runs. */
export type Direction = 'up' | 'down';

/** One revision to run, and which way. */
export interface Step {
  /** `plugin@slug`. */
  readonly id: string;
  readonly direction: Direction;
  readonly plugin: string;
}

/** The ordered revisions still to run. Empty where there is nothing to do. */
export interface Plan {
  readonly steps: readonly Step[];
}

/** A plan that runs `revisions` in the order given. */
export function planOf(revisions: readonly GraphRevision[], direction: Direction): Plan {
  const steps = revisions.map(({ id, plugin }) => Object.freeze({ id, direction, plugin }));
  return Object.freeze({ steps: Object.freeze(steps) });
}
