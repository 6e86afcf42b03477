/** Deeper than this nobody reads a log. */
const deepest = 6;

/**
 * What a plugin gives its log, as JSON can have it and with `redact` over each string: an error by its name, message,
 * code and what is behind it, what refers to itself as `[circular]`, what no JSON has as text. Never throws.
 */
export function plainData(value: unknown, redact: (text: string) => string, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return redact(value);
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint' || typeof value === 'symbol') return redact(value.toString());
  if (typeof value !== 'object') return `[${typeof value}]`;
  if (above.includes(value)) return '[circular]';
  if (above.length >= deepest) return '[deeper]';
  const inside = (one: unknown): unknown => plainData(one, redact, [...above, value]);
  try {
    if (Array.isArray(value)) return value.map(inside);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof Map || value instanceof Set) return Array.from<unknown, unknown>(value, inside);
    const facts = value instanceof Error ? errorFacts(value) : value;
    return Object.fromEntries(Object.entries(facts).map(([key, one]) => [redact(key), inside(one)]));
  } catch {
    return '[unreadable]';
  }
}

function errorFacts({ name, message, cause, ...own }: Error): object {
  return { name, message, ...('code' in own && { code: own.code }), ...(cause !== undefined && { cause }) };
}
