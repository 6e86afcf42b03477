import { startHostProcess } from './host-process.ts';

/**
 * Operations on the plugins of `wire-plugins.ts`: all heads; back to the first revision; mark all as applied; revert all
 * of a plugin that is not active, from the SQL in the ledger.
 */
export const operations = ['up', 'down', 'stamp', 'uninstall'] as const;

/** One of {@link operations}. */
export type Operation = (typeof operations)[number];

/** A request to the child process. */
export interface WireRequest {
  readonly operation: Operation;
  readonly url: string;
  /** Whether a plugin has a revision outside a transaction, for which the kernel opens a second connection. */
  readonly outside: boolean;
  /** The target of an upgrade. Default: all heads. */
  readonly to?: string;
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

/** A process that performs operations, several at once if needed. */
export interface Operator extends Disposable {
  /** Performs an operation. Throws if the process ends, or throws anything but a KernelError. */
  readonly perform: (operation: Operation, url: string, outside?: boolean, to?: string) => Promise<WireAnswer>;
  /** Ends the process with kill -9. */
  readonly kill: () => void;
}

/** Starts an {@link Operator} with the installed kernel. */
export function startOperator(): Operator {
  const host = startHostProcess<WireRequest, WireAnswer>('wire-host.ts');
  return {
    perform: (operation, url, outside = true, to = 'heads') => host.ask({ operation, url, outside, to }),
    kill: () => host.kill(),
    [Symbol.dispose]: () => host[Symbol.dispose](),
  };
}
