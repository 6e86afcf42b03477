import type { RevisionNode } from '../graph/graph-revision.ts';

/** The part of a revision that runs: `up` in an upgrade, `down` in a downgrade. */
export type Direction = 'up' | 'down';

/** One revision to run, with its direction. */
export interface Step {
  /** Full name of the revision: `plugin@slug`. */
  readonly id: string;
  /** Whether `up` or `down` of the revision runs. */
  readonly direction: Direction;
  /** Name of the plugin that owns the revision. */
  readonly plugin: string;
}

/** The revisions still to run, in order. Frozen. */
export interface Plan {
  /** In the order in which they run. Empty if there is nothing to do. */
  readonly steps: readonly Step[];
}

/** Creates a plan that runs `revisions` in the given order. */
export function planOf(revisions: readonly RevisionNode[], direction: Direction): Plan {
  const steps = revisions.map(({ id, plugin }) => Object.freeze({ id, direction, plugin }));
  return Object.freeze({ steps: Object.freeze(steps) });
}
