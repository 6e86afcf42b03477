import type { KernelError } from '../../src/error/kernel-error.ts';
import { refusalOf as kernelErrorOf } from '../graph/refusal.ts';

/** An error in the form that table-driven tests compare. */
export interface Refusal {
  readonly code: string;
  readonly exit: number;
  /** The message and the hint. */
  readonly text: string;
}

/** Returns the error that `run` throws. The test fails if nothing is thrown. */
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
