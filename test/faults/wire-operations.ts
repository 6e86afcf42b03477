import { availableParallelism, loadavg } from 'node:os';
import { startHostProcess } from './host-process.ts';

/**
 * Operations on the plugins of `wire-plugins.ts`: all heads; back to the first revision; mark all as applied; revert all
 * of a plugin that is not active, from the SQL in the ledger; all heads of newer code, in which a squash replaces
 * revisions that are applied.
 */
export const operations = ['up', 'down', 'stamp', 'uninstall', 'squash'] as const;

/** One of {@link operations}. */
export type Operation = (typeof operations)[number];

/** Whether an operation begins in a database that has applied all heads. Others begin in an empty one. */
export function beginsApplied(operation: Operation): boolean {
  return operation !== 'up' && operation !== 'stamp';
}

/** A request to the child process. */
export interface WireRequest {
  readonly operation: Operation;
  readonly url: string;
  /** Whether a plugin has a revision outside a transaction, for which the kernel opens a second connection. */
  readonly outside: boolean;
  /** The target of an upgrade. */
  readonly to: string;
  /** The seconds that an answer of the server may take. All other limits are multiples. */
  readonly limit: number;
}

/** The answer to a {@link WireRequest}. */
export interface WireAnswer {
  /** The ids of the revisions that the operation committed; `null` after an error. */
  readonly applied: readonly string[] | null;
  /** The error of the kernel; `null` if the operation reached its goal. */
  readonly error: {
    readonly code: string;
    readonly exitCode: number;
    readonly message: string;
    readonly written: string;
  } | null;
}

/** A limit that only an operation exceeds that hangs. */
const patient = 60;

/**
 * Returns the limit in seconds of an operation that a fault disturbs: one, which keeps trials short, and more where many
 * processes wait for each core.
 */
export function shortLimit(): number {
  return Math.max(1, Math.ceil((loadavg()[0] ?? 0) / availableParallelism()) - 1);
}

/** Whether a revision failed because its connection broke three times, as {@link shortLimit} may do on a busy machine. */
export function brokeThrice({ code, message }: NonNullable<WireAnswer['error']>): boolean {
  return code === 'MIGRATION_FAILED' && message.includes('the connection broke 3 times');
}

/** A process that performs operations, several at once if needed. */
export interface Operator extends Disposable {
  /** Performs an operation. Throws if the process ends, or throws anything but a KernelError. */
  readonly perform: (operation: Operation, url: string, how?: OperationOptions) => Promise<WireAnswer>;
  /** Ends the process with kill -9. */
  readonly kill: () => void;
}

/** How an operation is performed. */
export interface OperationOptions {
  /** See {@link WireRequest}. Default: true. */
  readonly outside?: boolean;
  /** Default: all heads. */
  readonly to?: string;
  /** Default: one for an operation that nothing disturbs, however busy the machine is. */
  readonly limit?: number;
}

/** Starts an {@link Operator} with the installed kernel. */
export function startOperator(): Operator {
  const host = startHostProcess<WireRequest, WireAnswer>('wire-host.ts');
  return {
    perform: (operation, url, { outside = true, to = 'heads', limit = patient } = {}) =>
      host.ask({ operation, url, outside, to, limit }),
    kill: () => host.kill(),
    [Symbol.dispose]: () => host[Symbol.dispose](),
  };
}
