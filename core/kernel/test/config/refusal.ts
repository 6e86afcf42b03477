import { KernelError } from '../../src/error/kernel-error.ts';
import { refusalOf as kernelErrorOf } from '../graph/refusal.ts';

/** What a refusal tells, as a table can hold it. */
export interface Refusal {
  readonly code: string;
  readonly exit: number;
  /** Message and hint: all that a person reads. */
  readonly text: string;
}

/** The refusal that `run` ends in; without one the test fails. */
export function refusalOf(run: () => unknown): Refusal {
  return told(kernelErrorOf(run));
}

/** The same for what is awaited. */
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
