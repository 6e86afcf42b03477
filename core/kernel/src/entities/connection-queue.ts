import { AsyncLocalStorage } from 'node:async_hooks';
import { kernelError } from '../error/kernel-codes.ts';

/** A queue for one connection: it serves its users one after another, in the order of their requests. */
export interface ConnectionQueue {
  /** Waits for the connection. Throws DATABASE_DEADLOCK if a transaction waits for itself. */
  readonly acquire: () => Promise<void>;
  /** Passes the connection to the next user in the queue. */
  readonly release: () => void;
  /** Runs the body of a transaction. The transaction holds the connection until the body has returned. */
  readonly runTransaction: <Result>(body: () => Promise<Result>) => Promise<Result>;
}

/** A running transaction and the transaction that encloses it. */
interface OpenTransaction {
  open: boolean;
  readonly outer: OpenTransaction | undefined;
}

/** The default time in milliseconds after which a transaction that waits for itself fails. */
const defaultDeadlockTimeout = 5000;

/**
 * Creates a queue. If code inside a transaction requests the connection without using the transaction, it waits for
 * itself, and the request fails after `deadlockTimeout` milliseconds (default: 5000). All other code waits until the
 * running transaction ends, without a limit.
 */
export function createConnectionQueue(deadlockTimeout: number = defaultDeadlockTimeout): ConnectionQueue {
  const current = new AsyncLocalStorage<OpenTransaction>();
  const waiting: (() => void)[] = [];
  let taken = false;
  return {
    async acquire() {
      if (!taken) {
        taken = true;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const transaction = current.getStore();
        const giveUp = (): void => {
          if (!isOpen(transaction)) return;
          waiting.splice(waiting.indexOf(next), 1);
          reject(kernelError('DATABASE_DEADLOCK', { seconds: deadlockTimeout / 1000 }));
        };
        const timer = isOpen(transaction) ? setTimeout(giveUp, deadlockTimeout) : undefined;
        const next = (): void => {
          clearTimeout(timer);
          resolve();
        };
        waiting.push(next);
      });
    },
    release() {
      const next = waiting.shift();
      if (next === undefined) taken = false;
      else next();
    },
    async runTransaction(body) {
      const transaction: OpenTransaction = { open: true, outer: current.getStore() };
      try {
        return await current.run(transaction, body);
      } finally {
        transaction.open = false;
      }
    },
  };
}

function isOpen(transaction: OpenTransaction | undefined): boolean {
  return transaction !== undefined && (transaction.open || isOpen(transaction.outer));
}
