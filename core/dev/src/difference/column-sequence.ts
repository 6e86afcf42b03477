import type { CatalogColumn, CatalogSequence, CatalogSetting } from '@headwater/kernel/internal/catalog';
import { nameText, parseName } from '@headwater/kernel/internal/sql';

/** Returns the sequence of a serial column; `null` for any other column. */
export function serialOf({ identity, sequence }: Pick<CatalogColumn, 'identity' | 'sequence'>): string | null {
  return identity === null && sequence !== null ? sequence.name : null;
}

/** Whether a column that changes keeps its sequence, perhaps under another name. */
export function keepsSequence(before: CatalogColumn, after: CatalogColumn): boolean {
  const isSerial = before.identity === null;
  return before.sequence !== null && after.sequence !== null && isSerial === (after.identity === null);
}

/** The setting of a sequence that belongs to a column without being a part of it. */
export const owningColumn = 'owning column';

/** Whether a setting of a column is one of the sequence that is a part of it. */
export function isOfSequence({ name }: Pick<CatalogSetting, 'name'>): boolean {
  return /^sequence$| of the sequence$/.test(name);
}

/** Returns the name of a sequence as PostgreSQL prints it: quoted only if it has to be. */
export function printedName({ reset }: CatalogSequence): string {
  return reset.slice('alter sequence '.length, reset.indexOf(' owned by none;'));
}

/** The maximum length of a name, in bytes. */
const longest = 63;

/** Whether PostgreSQL gives the sequence of a new serial or identity column this name, if it is not taken. */
export function isUsualSequence(name: string, table: string, column: string): boolean {
  const of = parseName(table);
  // PostgreSQL shortens the longer of the two names.
  let [first, second] = [of.name, column];
  while (`${first}_${second}_seq`.length > longest) {
    if (first.length > second.length) first = first.slice(0, -1);
    else second = second.slice(0, -1);
  }
  const usual = `${first}_${second}_seq`;
  // It counts bytes, so a long name with other characters may be shorter.
  return Buffer.byteLength(usual) <= longest && name === nameText({ ...of, name: usual });
}
