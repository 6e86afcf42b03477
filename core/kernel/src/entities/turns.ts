import { AsyncLocalStorage } from 'node:async_hooks';
import { kernelError } from '../error/kernel-codes.ts';

/** Hands one connection to one user after another, in order of asking. */
export interface Turns {
  /** Waits for the connection. Throws DATABASE_DEADLOCK where that would take for ever. */
  readonly take: () => Promise<void>;
  /** Gives it to the next. */
  readonly give: () => void;
  /** Runs the inside of a transaction, which has the connection until it returns. */
  readonly inside: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** A transaction's inside, and the one around it. */
interface Inside {
  open: boolean;
  readonly outer: Inside | undefined;
}

/** Milliseconds that a transaction may wait for itself. */
const patience = 5000;

/**
 * Whoever asks for the connection inside a transaction, but not through it, waits for what is waiting for them. That is
 * an error after `limit` milliseconds, 5000 by default. Others may wait for as long as a transaction takes.
 */
export function makeTurns(limit: number = patience): Turns {
  const current = new AsyncLocalStorage<Inside>();
  const waiting: (() => void)[] = [];
  let taken = false;
  return {
    async take() {
      if (!taken) {
        taken = true;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const from = current.getStore();
        const giveUp = (): void => {
          if (!isOpen(from)) return;
          waiting.splice(waiting.indexOf(next), 1);
          reject(kernelError('DATABASE_DEADLOCK', { seconds: limit / 1000 }));
        };
        const timer = isOpen(from) ? setTimeout(giveUp, limit) : undefined;
        const next = (): void => {
          clearTimeout(timer);
          resolve();
        };
        waiting.push(next);
      });
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) taken = false;
      else next();
    },
    async inside(work) {
      const scope: Inside = { open: true, outer: current.getStore() };
      try {
        return await current.run(scope, work);
      } finally {
        scope.open = false;
      }
    },
  };
}

function isOpen(scope: Inside | undefined): boolean {
  return scope !== undefined && (scope.open || isOpen(scope.outer));
}
