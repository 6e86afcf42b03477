/**
 * Quotes what somebody else wrote for a message: in double quotes, control characters escaped, cut after `length`
 * characters (60 by default), so that no input can flood or paint a terminal.
 */
export function quoted(text: string, length = 60): string {
  const cut = text.length > length ? `${text.slice(0, length)}…` : text;
  // JSON leaves DEL, the C1 controls and the bidirectional marks as they are.
  return JSON.stringify(cut).replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
