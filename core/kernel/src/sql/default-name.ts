import { nameText, parseName } from './qualified-name.ts';
import { isTaken, type EffectsDraft } from './statement-effects.ts';

/** The maximum length of a name in bytes. PostgreSQL truncates longer names. */
export const longestName = 63;

/**
 * Returns the name that PostgreSQL generates for an unnamed object (makeObjectName in its source). It joins the name of
 * the table, that of the column if there is one, and a label like `pkey` with `_`. If the result is too long,
 * PostgreSQL shortens the longer of table and column until it fits, and never splits a character.
 */
export function defaultName(table: string, column: string | null, label: string): string {
  const room = longestName - label.length - (column === null ? 1 : 2);
  let [first, second] = [Buffer.byteLength(table), column === null ? 0 : Buffer.byteLength(column)];
  while (first + second > room) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  return [truncate(table, first), ...(column === null ? [] : [truncate(column, second)]), label].join('_');
}

function truncate(name: string, bytes: number): string {
  let kept = '';
  let left = bytes;
  for (const character of name) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    kept += character;
  }
  return kept;
}

/** Chooses the default name of an object in `table`. Like PostgreSQL, it numbers the label if the name is taken. */
export function chooseName(table: string, column: string | null, label: string, draft: EffectsDraft): string {
  const { schema, name: bare } = parseName(table);
  for (let i = 0; ; i += 1) {
    const name = defaultName(bare, column, i === 0 ? label : `${label}${i}`);
    if (!isTaken(draft, nameText({ schema, name }))) return name;
  }
}
