import type { Owned, Ownership } from './ownership.ts';

/**
 * Says whose something is: `core_object.likes_count`, a table, an index, constraint, sequence or enum, an entity
 * (`Like`) or one of its properties (`ContentObject.likesCount`). One line for each thing of that name; `null` where
 * the entities of the active plugins describe no such thing.
 */
export function explainOwner(ownership: Ownership, name: string): string | null {
  const found = ownedBy(ownership, name);
  if (found.length === 0) return null;
  return found.map((object) => lineOf(object, ownership)).join('\n');
}

/** The same as data: every thing of that name. */
export function ownedBy({ objects }: Ownership, name: string): readonly Owned[] {
  return objects.filter((object) => namesOf(object).includes(name));
}

/** All names that {@link explainOwner} knows, to suggest from. */
export function ownedNames({ objects }: Ownership): readonly string[] {
  return [...new Set(objects.flatMap(namesOf))].toSorted();
}

function namesOf({ kind, name, table, entity, property }: Owned): readonly string[] {
  if (kind !== 'column') return [name];
  return [`${table}.${name}`, ...(property === null ? [] : [`${entity}.${property}`])];
}

function lineOf(object: Owned, ownership: Ownership): string {
  const { kind, name, table, columns, entity, property, owner } = object;
  const named = `${kind} ${kind === 'column' ? `${table}.${name}` : name}`;
  const on =
    table === null || table === name || kind === 'column' ? '' : ` ${kind === 'entity' ? 'in' : 'on'} ${table}`;
  const over = kind === 'column' || columns.length === 0 ? '' : ` (${columns.join(', ')})`;
  const by =
    entity === null || kind === 'entity' ? '' : `, declared by ${entity}${property === null ? '' : `.${property}`}`;
  const whole = ownership.objects.find((other) => isWhole(other) && other.table === table);
  const host = whole === undefined || whole.owner === owner ? '' : `; the table is of "${whole.owner}"`;
  return `${named}${on}${over}: "${owner}" (${ownership.packages.get(owner) ?? '?'})${by}${host}`;
}

function isWhole({ kind }: Owned): boolean {
  return kind === 'table' || kind === 'pivot' || kind === 'view';
}
