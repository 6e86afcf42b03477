import type { Catalog, CatalogTable } from '@headwater/kernel/internal/catalog';
import type { Change, ChangeOf } from './change.ts';
import { inOrderOfReference, referencesOf } from './table-sql.ts';

/** Whether a change makes a table logged or unlogged. */
export function isPersistence(change: Change): change is ChangeOf<'setting'> {
  return change.kind === 'setting' && change.object.kind === 'table' && change.name === 'persistence';
}

/** Returns the statement of a change of persistence. */
export function persistenceSql({ before, after }: ChangeOf<'setting'>): readonly string[] {
  const text = after?.set ?? before?.reset;
  return text === undefined ? [] : [text];
}

/**
 * Sorts the changes of persistence in the only order that PostgreSQL accepts, since a logged table must never reference
 * an unlogged one: a table becomes unlogged after those that reference it, and logged after those that it references.
 */
export function inOrderOfPersistence(
  changes: readonly Change[],
  { tables }: Pick<Catalog, 'tables'>,
): readonly Change[] {
  const persistence = changes.filter(isPersistence);
  const changed = persistence.flatMap(({ object }) => tables.get(object.name) ?? []);
  const rank = new Map(inOrderOfReference(changed).map(({ name }, i) => [name, i]));
  const rankOf = ({ object }: ChangeOf<'setting'>): number => rank.get(object.name) ?? -1;
  const logged = persistence.filter(({ after }) => after === null).toSorted((a, b) => rankOf(a) - rankOf(b));
  const unlogged = persistence.filter(({ after }) => after !== null).toSorted((a, b) => rankOf(b) - rankOf(a));
  return [...changes.filter((change) => !isPersistence(change)), ...logged, ...unlogged];
}

/** Whether a foreign key joins two tables that reference each other and that change their persistence together. */
export function joinsCycle(
  { on, target }: { readonly on: string; readonly target: string },
  changes: readonly Change[],
  { tables }: Pick<Catalog, 'tables'>,
): boolean {
  if (on === target) return false;
  const changed = new Set(changes.filter(isPersistence).map(({ object }) => object.name));
  return changed.has(on) && changed.has(target) && reaches(tables.get(target), on, tables, new Set());
}

function reaches(table: CatalogTable | undefined, goal: string, tables: Catalog['tables'], seen: Set<string>): boolean {
  if (table === undefined || seen.has(table.name)) return false;
  seen.add(table.name);
  return referencesOf(table).some((name) => name === goal || reaches(tables.get(name), goal, tables, seen));
}
