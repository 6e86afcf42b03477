import type { RunStep } from './run-context.ts';

/** The rows of one table that a revision has written, also through functions, triggers and foreign keys. */
export interface WrittenRows {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** Where a step runs. */
export interface StepProcess {
  /** The process id of the server process; `null` if unknown. */
  readonly pid: number | null;
  readonly inTransaction: boolean;
}

/**
 * Begins to watch a step from outside. It is called right before the text of the step runs, with the migration lock held,
 * and the run waits for it. It must not throw: the run would take the error for one of the revision.
 */
export type WatchStep = (step: RunStep, process: StepProcess) => Promise<WatchedStep>;

/** A step that is being watched. Nothing more is called if it fails. */
export interface WatchedStep {
  /**
   * The text has run, and the checks that it deferred to the end of its transaction. That transaction, if there is one, is
   * still open, and the run waits before it commits.
   */
  readonly ran: () => Promise<void>;
  /** The rows that it has written. Not called for a step outside a transaction, whose rows nobody counts. */
  readonly wrote: (rows: readonly WrittenRows[]) => void;
}
