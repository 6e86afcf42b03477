/**
 * Quotes user input for a message. Puts it in double quotes, escapes control characters, and truncates it to `length`
 * characters (default 60), so that no input can flood a terminal or send it escape sequences.
 */
export function quoteInput(text: string, length = 60): string {
  const cut = text.length > length ? `${text.slice(0, length)}…` : text;
  // JSON does not escape DEL, the C1 control characters and the marks that change the text direction.
  return JSON.stringify(cut).replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
