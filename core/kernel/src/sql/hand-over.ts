import { lookupKey } from './object-key.ts';
import { nameText, parseName } from './qualified-name.ts';
import type { SqlKind, SqlObject } from './sql-object.ts';
import type { Author } from './track-statement.ts';
import { findObject, partsOfTable, type TrackedObject } from './tracked-object.ts';
import type { TrackedSchema } from './tracked-schema.ts';

/** An object of which the plugin of a revision makes another plugin the owner. */
export interface HandOver {
  readonly object: SqlObject;
  /** The new owner. */
  readonly to: string;
}

const linePattern = /^[ \t]*--[ \t]*headwater:[ \t]*hand[ \t]*over\b[^\n\r]*/gim;
const handOverPattern =
  /^\s*-- headwater: hand over (table|view|type|column) (\S|\S.*\S) to ([a-z][a-z0-9-]{0,38})\s*$/;
const columnPattern = /^(.+)\.("(?:[^"]|"")+"|[^."]+)$/;

/** Returns the line of SQL that hands an object over: `-- headwater: hand over table core_tag to tags`. */
export function handOverLine(kind: string, name: string, to: string): string {
  return `-- headwater: hand over ${kind} ${name} to ${to}`;
}

/** Returns the lines of a text that hand something over, well-formed or not. The server takes them for comments. */
export function handOverLines(text: string): readonly string[] {
  return text.includes('--') ? (text.match(linePattern) ?? []).map((line) => line.trim()) : [];
}

/** Returns what a line hands over; `null` if it does not say so exactly. */
export function parseHandOver(line: string): HandOver | null {
  const [, kind = '', written = '', to = ''] = handOverPattern.exec(line) ?? [];
  if (to === '') return null;
  if (kind !== 'column') {
    return { object: { kind: kind as SqlKind, name: nameText(parseName(written)), table: null }, to };
  }
  const [, table, column] = columnPattern.exec(written) ?? [];
  if (table === undefined || column === undefined) return null;
  return { object: { kind: 'column', name: parseName(column).name, table: nameText(parseName(table)) }, to };
}

/** Returns everything that a text hands over. */
export function handOversIn(text: string): readonly HandOver[] {
  return handOverLines(text).flatMap((line) => parseHandOver(line) ?? []);
}

/** Returns a text in which plugins that get an object have their names in `current`, by the names in the text. */
export function withCurrentReceivers(text: string, current: ReadonlyMap<string, string>): string {
  return text.replaceAll(linePattern, (line) => {
    const to = parseHandOver(line.trim())?.to ?? '';
    const name = current.get(to);
    return name === undefined ? line : `${line.trimEnd().slice(0, -to.length)}${name}`;
  });
}

/**
 * Makes other plugins the owners of objects of `author`, together with their parts. A column takes along what is over it
 * alone. Parts of third plugins stay theirs.
 */
export function handOver(schema: TrackedSchema, handedOver: readonly HandOver[], { id, plugin }: Author): void {
  for (const { object, to } of handedOver) {
    const found = findObject(schema.objects, object);
    if (found === null || found.plugin !== plugin) continue;
    const give = (one: TrackedObject): void => schema.put({ ...one, plugin: to, revision: id });
    give(found);
    for (const part of partsOf(schema, found)) {
      if (part.plugin === plugin && lookupKey(part) !== lookupKey(found)) give(part);
    }
  }
}

function partsOf({ objects }: TrackedSchema, { kind, name, table }: TrackedObject): readonly TrackedObject[] {
  if (kind === 'table' || kind === 'view') return partsOfTable(objects, name);
  if (kind !== 'column' || table === null) return [];
  return partsOfTable(objects, table).filter(
    ({ ownedBy, columns }) => ownedBy === name || (columns?.length === 1 && columns[0] === name),
  );
}
