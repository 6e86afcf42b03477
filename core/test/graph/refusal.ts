import { expect } from 'vitest';
import { KernelError, isKernelError } from '../../src/error/kernel-error.ts';

/** The KernelError that `act` throws; anything else fails the test. */
export function refusalOf(act: () => unknown): KernelError {
  try {
    act();
  } catch (error) {
    if (isKernelError(error)) return error;
    throw error;
  }
  expect.unreachable('nothing was refused');
}
