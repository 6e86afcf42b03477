import type { Session } from '../db/session.ts';

/** Thrown where a run stops because it was cancelled. It never leaves `migrate/`, which knows what was committed. */
export class Cancelled extends Error {
  /** The revision that was running, and is now rolled back; `null` between revisions. */
  readonly revision: string | null;
  constructor(reason: unknown, revision: string | null = null) {
    super('the run was cancelled', { cause: reason });
    this.revision = revision;
  }
}

/** Cancels a run: at the next step, during any wait, and during the running statement. */
export interface Cancellation {
  /** Throws {@link Cancelled} if the run was cancelled. Call it only if no statement is running. */
  readonly check: () => void;
  /** Waits for some milliseconds. Throws {@link Cancelled} as soon as the run is cancelled. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Rejects with {@link Cancelled} when the run is cancelled; never settles otherwise. */
  readonly requested: Promise<never>;
  /**
   * Returns once the server has received any cancel request. Before that, the request could still hit a later statement,
   * such as the one that asks for the outcome.
   */
  readonly settled: () => Promise<void>;
  /** Removes the listener. */
  readonly [Symbol.dispose]: () => void;
}

/** Lets `signal` cancel what runs on `session`. Without a signal nothing is ever cancelled. */
export function openCancellation(signal: AbortSignal | undefined, session: Pick<Session, 'cancel'>): Cancellation {
  const { promise: requested, reject } = Promise.withResolvers<never>();
  // Usually nobody waits for it.
  requested.catch(() => {});
  let sent: Promise<void> = Promise.resolve();
  const cancel = (): void => {
    sent = session.cancel();
    reject(new Cancelled(signal?.reason));
  };
  signal?.addEventListener('abort', cancel, { once: true });
  const check = (): void => {
    if (signal?.aborted === true) throw new Cancelled(signal.reason);
  };
  return {
    check,
    async pause(milliseconds) {
      // Imported here, because a run with nothing pending never waits.
      const { setTimeout: sleep } = await import('node:timers/promises');
      // Fails only if the signal is aborted.
      await sleep(milliseconds, undefined, { signal }).catch(check);
    },
    requested,
    settled: () => sent,
    [Symbol.dispose]: () => signal?.removeEventListener('abort', cancel),
  };
}
