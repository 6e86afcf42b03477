import type { KernelError } from '../../src/error/kernel-error.ts';
import { refusalOf as kernelErrorOf } from '../graph/refusal.ts';

/** An error, as the tables of tests compare it. */
export interface Refusal {
  readonly code: string;
  readonly exit: number;
  /** Message and hint. */
  readonly text: string;
}

/** Returns the error that `run` throws. If it throws none, the test fails. */
export function refusalOf(run: () => unknown): Refusal {
  return told(kernelErrorOf(run));
}

/** The same for an asynchronous function. */
export async function refusalIn(run: () => Promise<unknown>): Promise<Refusal> {
  const outcome = await run().then(
    () => () => {},
    (error: unknown) => () => {
      throw error;
    },
  );
  return told(kernelErrorOf(outcome));
}

function told({ code, exitCode, message, hint }: KernelError): Refusal {
  return { code, exit: exitCode, text: `${message}\n${hint}` };
}
