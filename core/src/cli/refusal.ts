import { firstLine } from '../error/first-line.ts';
import { KernelError, isKernelError } from '../error/kernel-error.ts';
import type { Paint } from './paint.ts';

/** What was thrown, as a refusal; anything that is none is a mistake of ours. */
export function refusalOf(error: unknown): KernelError {
  return isKernelError(error) ? error : new KernelError('INTERNAL', { what: `${firstLine(error)}.` }, { cause: error });
}

/** A refusal for people: what, how to fix it, whether anything was written. */
export function explainRefusal(error: KernelError, paint: Paint): string {
  return [
    `${paint.red('error')} ${paint.bold(error.code)}: ${error.message}`,
    '',
    `${paint.bold('fix')}: ${error.hint}`,
    error.written,
  ].join('\n');
}

/** Where it came from, for `--debug`: its stack and that of every error behind it. */
export function explainOrigin(error: KernelError): string {
  const stacks: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) stacks.push(at.stack ?? String(at));
  return stacks.join('\ncaused by ');
}
