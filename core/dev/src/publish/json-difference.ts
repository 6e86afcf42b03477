/** The first place at which two JSON values differ. */
export interface JsonDifference {
  /** A JSON pointer. */
  readonly pointer: string;
  /** The values there, as JSON; `nothing` if there is none. */
  readonly found: string;
  readonly expected: string;
}

/** Finds the first difference between two JSON values, in the order of the keys in `expected`; `null` if they are equal. */
export function jsonDifference(found: unknown, expected: unknown, pointer = ''): JsonDifference | null {
  if (!isContainer(found) || !isContainer(expected) || Array.isArray(found) !== Array.isArray(expected)) {
    return Object.is(found, expected) ? null : { pointer, found: shown(found), expected: shown(expected) };
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const difference = jsonDifference(valueAt(found, key), valueAt(expected, key), `${pointer}/${escaped(key)}`);
    if (difference !== null) return difference;
  }
  return null;
}

type Container = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function valueAt(container: Container, key: string): unknown {
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The maximum number of characters of a value in a message. */
const shownLength = 80;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
