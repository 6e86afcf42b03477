import { KernelError, isKernelError } from '../error/kernel-error.ts';
import { firstLine } from '../error/first-line.ts';
import type { Io } from './io.ts';

/** What was thrown, as a KernelError: anything else is a mistake of ours. */
export function asKernelError(error: unknown): KernelError {
  if (isKernelError(error)) return error;
  return new KernelError('INTERNAL', { what: firstLine(error) }, { cause: error });
}

/** The error as `--json` gives it. */
export function errorJson(error: KernelError): { readonly error: ReturnType<KernelError['toJSON']> } {
  return { error: error.toJSON() };
}

/** Prints an error for people: what, how to fix it, and whether anything was written. The stack only with `--debug`. */
export function printError(io: Io, error: KernelError, debug: boolean): void {
  io.note(`${io.noteStyle(['red', 'bold'], `error ${error.code}`)}: ${error.message}`);
  io.note('');
  io.note(`${io.noteStyle('bold', 'fix')}: ${error.hint}`);
  io.note(error.written);
  if (!debug) return;
  for (let at: unknown = error; at instanceof Error; at = at.cause) io.note(`\n${at.stack ?? at.message}`);
}
