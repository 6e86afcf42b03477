/** How long something may take whose end is in the hands of foreign code. */
export interface Deadline {
  /** Rejects when nothing is to be expected any more. */
  readonly passed: Promise<never>;
  readonly close: () => void;
}

/**
 * Ends waiting when `seconds` are up, or at once when the process has nothing else to do, since then an `await` in a module
 * waits for what never comes.
 */
export function openDeadline(seconds: number): Deadline {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it was not done within ${seconds} s`)), seconds * 1000);
  timer.unref();
  const onIdle = (): void => reject(new Error('it awaits what never comes'));
  process.once('beforeExit', onIdle);
  const close = (): void => {
    clearTimeout(timer);
    process.off('beforeExit', onIdle);
  };
  return { passed, close };
}
