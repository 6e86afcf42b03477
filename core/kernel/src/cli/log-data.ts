/** The maximum depth of logged data. Deeper data would only bloat the log. */
const depthLimit = 6;

/**
 * Converts the data that a plugin logs to plain JSON data and applies `redact` to each string. Errors are converted to
 * objects with their name, message, code and cause, circular references to `[circular]`, and values that JSON cannot
 * represent to text. Never throws.
 */
export function logData(value: unknown, redact: (text: string) => string, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return redact(value);
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint' || typeof value === 'symbol') return redact(value.toString());
  if (typeof value !== 'object') return `[${typeof value}]`;
  if (above.includes(value)) return '[circular]';
  if (above.length >= depthLimit) return '[deeper]';
  const inside = (one: unknown): unknown => logData(one, redact, [...above, value]);
  try {
    if (Array.isArray(value)) return value.map(inside);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof Map || value instanceof Set) return Array.from<unknown, unknown>(value, inside);
    const fields = value instanceof Error ? errorFields(value) : value;
    return Object.fromEntries(Object.entries(fields).map(([key, one]) => [redact(key), inside(one)]));
  } catch {
    return '[unreadable]';
  }
}

function errorFields({ name, message, cause, ...own }: Error): object {
  return { name, message, ...('code' in own && { code: own.code }), ...(cause !== undefined && { cause }) };
}
