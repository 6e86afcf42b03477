/** A time limit for something that foreign code has to finish. */
export interface Deadline {
  /** Rejects when waiting has no more use. */
  readonly passed: Promise<never>;
  readonly close: () => void;
}

/**
 * Ends a wait after `seconds`, or at once when the process has nothing else to do: then a module awaits something that
 * never happens.
 */
export function openDeadline(seconds: number): Deadline {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it did not finish within ${seconds} s`)), seconds * 1000);
  timer.unref();
  const onIdle = (): void => reject(new Error('it awaits something that never happens'));
  process.once('beforeExit', onIdle);
  const close = (): void => {
    clearTimeout(timer);
    process.off('beforeExit', onIdle);
  };
  return { passed, close };
}
