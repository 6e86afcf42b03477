import { expect } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import type { KernelError } from '../../src/error/kernel-error.ts';

/** Returns the result of `act` or the KernelError that it throws. Any other error fails the test. */
export function outcomeOf<T>(act: () => T): T | KernelError {
  try {
    return act();
  } catch (error) {
    if (isKernelError(error)) return error;
    throw error;
  }
}

/** Returns the KernelError that `act` throws. The test fails if it throws none. */
export function refusalOf(act: () => unknown): KernelError {
  const outcome = outcomeOf(act);
  return isKernelError(outcome) ? outcome : expect.unreachable('nothing was refused');
}
