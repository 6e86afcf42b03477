import { firstLine } from '../error/first-line.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import type { Paint } from './paint.ts';

/** What was thrown, as a refusal; anything that is none is a mistake of ours. */
export function refusalOf(error: unknown): KernelError {
  return isKernelError(error) ? error : kernelError('INTERNAL', { what: `${firstLine(error)}.` }, { cause: error });
}

/** A refusal for people: what, how to fix it, whether anything was written. */
export function explainRefusal({ code, message, hint, written }: KernelError, paint: Paint): string {
  return [
    `${paint.red('error')} ${paint.bold(code)}: ${visible(message)}`,
    '',
    `${paint.bold('fix')}: ${visible(hint)}`,
    written,
  ].join('\n');
}

/** No input that a message quotes may paint or move on a terminal. */
function visible(text: string): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Bidi_Control}]/gu, escaped);
}

/** Where it came from, for `--debug`: its stack and that of every error behind it. */
export function explainOrigin(error: KernelError): string {
  const stacks: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) stacks.push(at.stack ?? String(at));
  return stacks.join('\ncaused by ');
}
