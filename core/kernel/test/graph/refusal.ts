import { expect } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import type { KernelError } from '../../src/error/kernel-error.ts';

/** What `act` gives, or the KernelError that it throws; anything else that it throws fails the test. */
export function outcomeOf<T>(act: () => T): T | KernelError {
  try {
    return act();
  } catch (error) {
    if (isKernelError(error)) return error;
    throw error;
  }
}

/** The KernelError that `act` throws; without one the test fails. */
export function refusalOf(act: () => unknown): KernelError {
  const outcome = outcomeOf(act);
  return isKernelError(outcome) ? outcome : expect.unreachable('nothing was refused');
}
