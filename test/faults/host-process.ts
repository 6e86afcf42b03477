import { fork } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import { installedKernel } from '../helper/installed-packages.ts';

/** The time in milliseconds after which an operation hangs, on the busiest machine. */
const longestAnswer = 1_200_000;

/** A process that answers requests, several at once if needed. */
export interface HostProcess<Request, Answer> extends Disposable {
  /** Sends a request. Throws if the process ends before it answers, or does not answer. */
  readonly ask: (request: Request) => Promise<Answer>;
  readonly pid: number;
  /** Ends the process with kill -9. */
  readonly kill: () => void;
}

/** What the process receives and sends: a request or an answer, and the number that connects the two. */
export type Numbered<T> = T & { readonly n: number };

/**
 * Starts a program of this folder, whose argument is the folder of the installed kernel. It answers each message that it
 * receives with one that has the same number. `execArgv` are the options of Node.
 */
export function startHostProcess<Request, Answer>(
  program: string,
  execArgv: readonly string[] = [],
): HostProcess<Request, Answer> {
  const argv = [installedKernel(inject('scratch'))];
  const child = fork(join(import.meta.dirname, program), argv, { execArgv: [...execArgv] });
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  child.on('message', (answer: Numbered<Answer>) => {
    waiting.get(answer.n)?.resolve(answer);
    waiting.delete(answer.n);
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the process has ended with ${signal ?? code}`));
  });
  let n = 0;
  return {
    ask(request) {
      n += 1;
      const answer = Promise.withResolvers<Answer>();
      waiting.set(n, answer);
      child.send({ n, ...request });
      const timer = setTimeout(() => answer.reject(new Error('the process does not answer')), longestAnswer);
      return answer.promise.finally(() => clearTimeout(timer));
    },
    pid: child.pid ?? 0,
    kill: () => void child.kill('SIGKILL'),
    [Symbol.dispose]: () => void child.kill(),
  };
}
