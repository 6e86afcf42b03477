/** A time limit for work done by foreign code. */
export interface Deadline {
  /** Rejects when there is no point in waiting any longer. */
  readonly passed: Promise<never>;
  readonly close: () => void;
}

/**
 * Ends a wait after `seconds`. If the process has nothing else left to do, ends it at once, because the module is then
 * waiting for something that can never happen.
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
