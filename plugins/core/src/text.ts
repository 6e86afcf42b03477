import { Refusal } from './refusal.ts';

/**
 * Refuses a text that says nothing, that no column can hold (PostgreSQL knows no NUL), or that is longer than `longest`
 * characters; `what` it is, for the message. Default: as long as anybody likes. Throws a Refusal, `invalid`.
 */
export function assertText(what: string, text: string, longest: number = Infinity): void {
  // PostgreSQL counts characters, and so does a string that is spread.
  if (text.trim() !== '' && !text.includes('\0') && (text.length <= longest || [...text].length <= longest)) return;
  throw new Refusal(
    'invalid',
    longest === Infinity ? `${what} says something` : `${what} has 1 to ${longest} characters`,
  );
}
