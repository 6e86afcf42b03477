import type { UpgradeLimits } from '../config/config.ts';
import type { Session } from '../db/session.ts';
import type { LedgerOwners } from '../ownership/ledger-owners.ts';
import type { ReservedSchemas } from '../ownership/rule-book.ts';
import type { RunnableStep } from './batches.ts';
import type { Cancellation } from './cancellation.ts';
import type { WatchStep } from './watch-step.ts';

/**
 * Observes a run. Its functions are called while the server waits for the next message, so they should return at once.
 * An error that one of them throws goes to the log and does not change the run.
 *
 * @example
 * const observer: Observer = {
 *   begins: ({ id }, position, total) => console.log(`${position} of ${total}: ${id}`),
 *   waits: (why) => console.log(`waiting for: ${why}`),
 *   commits: (steps) => metrics.increment('revisions', steps.length),
 * };
 */
export interface Observer {
  /** The run has a plan with pending steps, and is about to begin. `runId` is the id that the ledger records. */
  readonly plans?: (steps: readonly RunStep[], runId: string) => void;
  /**
   * A revision begins. `position` starts at 1. In a large batch, at most about ten revisions per second are reported.
   */
  readonly begins?: (step: RunStep, position: number, total: number) => void;
  /**
   * The run waits for the migration lock, for table locks, for a new connection, or for the command that runs before a
   * breaking revision. `step` is the current step.
   */
  readonly waits?: (why: 'migration lock' | 'table locks' | 'connection' | 'command', step: RunStep | null) => void;
  /**
   * A transaction is committed, with the steps that took effect through it. That is one revision, except that up to 100
   * share a transaction on an empty ledger, and none if another process was faster. `milliseconds` is the duration of
   * the transaction.
   */
  readonly commits?: (steps: readonly RunStep[], milliseconds: number) => void;
}

/** A command for the shell. */
export interface ShellCommand {
  /** It may contain secrets, so it is never printed. */
  readonly text: string;
  /** The folder that it runs in. */
  readonly cwd: string;
}

/** A revision and the direction in which it runs. */
export interface RunStep {
  readonly id: string;
  readonly direction: 'up' | 'down';
}

/** The constants of one run. {@link RunProgress} is its changing state. */
export interface RunContext {
  /** A UUID, written to every row. */
  readonly id: string;
  readonly kind: 'upgrade' | 'downgrade' | 'stamp';
  readonly startedAt: Date;
  /** The host name of this computer, and the version of this kernel. */
  readonly host: string;
  readonly kernelVersion: string;
  /** The owners of all objects, read from the ledger when they are first needed. */
  readonly owners: LedgerOwners;
  /** The tables that each plugin has opened to rows of others. */
  readonly openTables: ReadonlyMap<string, ReadonlySet<string>>;
  /** The schemas that are not the application's to change, read when they are first needed. */
  readonly reserved: () => Promise<ReservedSchemas>;
  /**
   * Whether the database is a shadow. It has no rows, so that every attempt to change some counts as an effect, and
   * nobody else uses it, so that revisions may share transactions.
   */
  readonly isShadow: boolean;
  /** PL/pgSQL that runs after each revision in its transaction. Empty except in a shadow. */
  readonly guard: string;
  /** The command that runs before breaking revisions; `null` if there is none. */
  readonly command: ShellCommand | null;
  /** The breaking revisions before which it has run. A revision that is retried does not need it again. */
  readonly announced: Set<string>;
  /** Whether a stamp is written without a comparison with the catalog. */
  readonly unchecked: boolean;
  readonly session: Session;
  readonly settings: UpgradeLimits;
  readonly observer: Observer;
  /** Watches each step, which then runs alone; `null` if nobody does. */
  readonly watch: WatchStep | null;
  readonly cancellation: Cancellation;
}

/** The part of a run that its scripts contain. */
export type ScriptContext = Pick<RunContext, 'id' | 'kind' | 'host' | 'kernelVersion' | 'settings' | 'guard'> & {
  readonly session: Pick<Session, 'schemas' | 'applicationName'>;
};

/** Called for each step of a batch as it begins. */
export type OnBegin = (step: RunnableStep) => void;
