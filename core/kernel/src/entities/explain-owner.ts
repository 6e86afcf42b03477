import type { EntityOwnership, OwnedObject } from './entity-ownership.ts';

/**
 * Explains which plugin owns an object: a column (`core_object.likes_count`), a table, index, constraint, sequence or
 * enum, an entity (`Like`) or one of its properties (`ContentObject.likesCount`). Returns one line for each object with
 * the given name, or `null` if the entities of the active plugins describe no such object.
 */
export function explainOwner(ownership: EntityOwnership, name: string): string | null {
  const found = findOwned(ownership, name);
  if (found.length === 0) return null;
  return found.map((object) => describeObject(object, ownership)).join('\n');
}

/** Returns every object with a name, as data. */
export function findOwned({ objects }: EntityOwnership, name: string): readonly OwnedObject[] {
  return objects.filter((object) => searchNames(object).includes(name));
}

/** Returns every name that {@link explainOwner} knows, to suggest one for an unknown name. */
export function ownedNames({ objects }: EntityOwnership): readonly string[] {
  return [...new Set(objects.flatMap(searchNames))].toSorted();
}

function searchNames({ kind, name, table, entity, property }: OwnedObject): readonly string[] {
  if (kind !== 'column') return [name];
  return [`${table}.${name}`, ...(property === null ? [] : [`${entity}.${property}`])];
}

function describeObject(object: OwnedObject, ownership: EntityOwnership): string {
  const { kind, name, table, columns, entity, property, owner } = object;
  const named = `${kind} ${kind === 'column' ? `${table}.${name}` : name}`;
  const on =
    table === null || table === name || kind === 'column' ? '' : ` ${kind === 'entity' ? 'in' : 'on'} ${table}`;
  const over = kind === 'column' || columns.length === 0 ? '' : ` (${columns.join(', ')})`;
  const by =
    entity === null || kind === 'entity' ? '' : `, declared by ${entity}${property === null ? '' : `.${property}`}`;
  const host = ownership.objects.find((other) => isTable(other) && other.table === table);
  const hostOwner = host === undefined || host.owner === owner ? '' : `; the table belongs to "${host.owner}"`;
  return `${named}${on}${over}: "${owner}" (${ownership.packages.get(owner) ?? '?'})${by}${hostOwner}`;
}

function isTable({ kind }: OwnedObject): boolean {
  return kind === 'table' || kind === 'pivot' || kind === 'view';
}
