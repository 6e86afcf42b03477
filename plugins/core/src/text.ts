import { Refusal } from './refusal.ts';

/**
 * Refuses a text that is not a string, that is blank, that has more than `longest` characters (default: no limit), or that
 * contains a NUL character, which PostgreSQL cannot store. `name` names the text in the message. Throws a Refusal,
 * `invalid`.
 */
export function assertText(name: string, text: string, longest: number = Infinity): void {
  // Spreading a string counts characters, as PostgreSQL does, while `length` counts UTF-16 code units.
  const isText = typeof text === 'string' && text.trim() !== '' && !text.includes('\0');
  if (isText && (text.length <= longest || [...text].length <= longest)) return;
  throw new Refusal(
    'invalid',
    longest === Infinity ? `${name} must not be blank` : `${name} must have 1 to ${longest} characters`,
  );
}
