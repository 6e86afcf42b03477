import { shortMessage } from '../error/short-message.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Colors } from './colors.ts';

/** Returns a thrown value as a KernelError. Any other value is a bug in the kernel and becomes an INTERNAL error. */
export function asKernelError(thrown: unknown): KernelError {
  if (isKernelError(thrown)) return thrown;
  return kernelError('INTERNAL', { what: `${shortMessage(thrown)}.` }, { cause: thrown });
}

/** Formats an error for people: the message, the fix, and whether anything was written. */
export function errorText({ code, message, hint, written }: KernelError, colors: Colors): string {
  return [
    `${colors.red('error')} ${colors.bold(code)}: ${escaped(message)}`,
    '',
    `${colors.bold('fix')}: ${escaped(hint)}`,
    written,
  ].join('\n');
}

/** Escapes control characters, so that input quoted in a message cannot color a terminal or move its cursor. */
function escaped(text: string): string {
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Bidi_Control}]/gu, escape);
}

/** Formats the stack traces of an error and its causes, for `--debug`. */
export function errorStacks(error: KernelError): string {
  const stacks: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) stacks.push(at.stack ?? String(at));
  return stacks.join('\ncaused by ');
}
