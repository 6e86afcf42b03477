import { fork } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import { installedKernel } from '../helper/installed-packages.ts';

/** Operations on the plugins of `wire-plugins.ts`: all heads, back to the first revision, or mark all as applied. */
export const operations = ['up', 'down', 'stamp'] as const;

/** One of {@link operations}. */
export type Operation = (typeof operations)[number];

/** A request to the child process. */
export interface WireRequest {
  /** The number that the answer repeats. */
  readonly n: number;
  readonly operation: Operation;
  readonly url: string;
}

/** The answer to a {@link WireRequest}. */
export interface WireAnswer {
  readonly n: number;
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
  readonly perform: (operation: Operation, url: string) => Promise<WireAnswer>;
}

/** Starts an {@link Operator} with the installed kernel. */
export function startOperator(): Operator {
  const child = fork(join(import.meta.dirname, 'wire-host.ts'), [installedKernel(inject('scratch'))], { execArgv: [] });
  const waiting = new Map<number, PromiseWithResolvers<WireAnswer>>();
  child.on('message', (answer: WireAnswer) => {
    waiting.get(answer.n)?.resolve(answer);
    waiting.delete(answer.n);
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the process has ended with ${code}`));
  });
  let n = 0;
  return {
    perform(operation, url) {
      n += 1;
      const answer = Promise.withResolvers<WireAnswer>();
      waiting.set(n, answer);
      child.send({ n, operation, url });
      return answer.promise;
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}
