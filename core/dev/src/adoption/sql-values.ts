import { verbatimRanges } from '@headwater/kernel/internal/plugins';
import { quoteLiteral } from '@headwater/kernel/internal/sql';

/**
 * Returns SQL with values in place of its placeholders `$1`, `$2` …, as literals that the server reads like the bound
 * values. Calls `refuse` for a value that has no literal, and for a placeholder without a value.
 */
export function sqlWithValues(text: string, values: readonly unknown[], refuse: (problem: string) => never): string {
  if (values.length === 0) return text;
  const verbatim = verbatimRanges(text);
  return text.replaceAll(/\$(\d+)/g, (placeholder, digits: string, at: number) => {
    if (verbatim.some(({ start, end }) => at >= start && at < end)) return placeholder;
    const index = Number(digits) - 1;
    if (index >= values.length) return refuse(`has no value for the placeholder ${placeholder}`);
    return literal(values[index], refuse);
  });
}

function literal(value: unknown, refuse: (problem: string) => never): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  // Without parentheses, `- $1` with a negative number would start a comment.
  if (typeof value === 'number' && Number.isFinite(value)) return value < 0 ? `(${value})` : String(value);
  const text = textOf(value);
  return text === null ? refuse('binds a value that is not SQL') : quoteLiteral(text);
}

/** Returns the text that the driver pg sends for a value; `null` if it has none. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `{${value.map(itemOf).join(',')}}`;
  return typeof value === 'object' ? JSON.stringify(value) : null;
}

/** Returns the text of an item of an array. */
function itemOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  const text = textOf(value) ?? '';
  return Array.isArray(value) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
