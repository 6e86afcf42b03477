/** Bytes of a name; PostgreSQL cuts what is longer. */
export const longestName = 63;

/**
 * The name that PostgreSQL gives what has none (makeObjectName in its source): table, then column or nothing, then a
 * label like `pkey`, joined by `_`. Where that is too long, the longer of the two is cut until it fits; a character is
 * never cut in half.
 */
export function defaultName(table: string, column: string | null, label: string): string {
  const room = longestName - label.length - (column === null ? 1 : 2);
  let [first, second] = [Buffer.byteLength(table), column === null ? 0 : Buffer.byteLength(column)];
  while (first + second > room) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  return [clipped(table, first), ...(column === null ? [] : [clipped(column, second)]), label].join('_');
}

/** A name as the server stores it. */
export function clipped(name: string, bytes = longestName): string {
  let kept = '';
  let left = bytes;
  for (const character of name) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    kept += character;
  }
  return kept;
}

/** A name that is not yet taken, by a number after its label, as PostgreSQL chooses one. */
export function freeName(
  table: string,
  column: string | null,
  label: string,
  taken: (name: string) => boolean,
): string {
  for (let i = 0; ; i += 1) {
    const name = defaultName(table, column, i === 0 ? label : `${label}${i}`);
    if (!taken(name)) return name;
  }
}
