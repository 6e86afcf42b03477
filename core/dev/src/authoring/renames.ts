import type { Catalog } from '@headwater/kernel/internal/catalog';
import { type KernelError, nearestName } from '@headwater/kernel/internal/errors';
import { parseName } from '@headwater/kernel/internal/sql';
import type { Change, ChangeOf } from '../difference/change.ts';
import { devError } from '../error/dev-codes.ts';

/**
 * Parses the value of `--rename`: `table.old:new` for a column, `old:new` for a table, separated by commas. The old
 * name must exist in the database but not in the entities, and the new name in the entities but not in the database.
 * Throws RENAME_INVALID.
 */
export function readRenames(text: string, before: Catalog, after: Catalog): readonly ChangeOf<'rename'>[] {
  const parts = text.split(',').map((part) => pairIn(part.trim()));
  const tables = parts.flatMap((part) => (before.tables.has(part.from) ? [tableRename(part, before, after)] : []));
  const renamed = new Map(tables.map(({ from, to }) => [from, to]));
  const columns = parts.flatMap((part) =>
    before.tables.has(part.from) ? [] : [columnRename(part, renamed, before, after)],
  );
  // Tables are renamed first, so the rename of a column uses the new name of its table.
  return [...tables, ...columns];
}

/** Returns the old names in a value of `--rename`; none for `null`. */
export function renamedNames(text: string | null): readonly string[] {
  return text === null ? [] : text.split(',').map((part) => (part.split(':')[0] ?? '').trim());
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly refuse: (problem: string) => KernelError;
}

function pairIn(rename: string): Pair {
  const refuse = (problem: string): KernelError => devError('RENAME_INVALID', { rename, problem });
  const [from = '', to = '', ...more] = rename.split(':').map((name) => name.trim());
  if (from === '' || to === '' || more.length > 0) throw refuse('is not of the form old:new');
  return { from, to, refuse };
}

function tableRename({ from, to, refuse }: Pair, before: Catalog, after: Catalog): ChangeOf<'rename'> {
  if (after.tables.has(from)) throw refuse(`renames "${from}", which is still the table of an entity`);
  if (!after.tables.has(to))
    throw refuse(`renames to "${to}", which is not the table of any entity${suggestion(to, after.tables.keys())}`);
  if (before.tables.has(to)) throw refuse(`renames to "${to}", which is an existing table`);
  if (parseName(from).schema !== parseName(to).schema)
    throw refuse('moves a table to another schema, which is not a rename');
  return { kind: 'rename', of: 'table', on: to, from, to };
}

function columnRename(
  { from, to, refuse }: Pair,
  renamed: ReadonlyMap<string, string>,
  before: Catalog,
  after: Catalog,
): ChangeOf<'rename'> {
  const at = from.lastIndexOf('.');
  const [table, column] = at < 0 ? [from, ''] : [from.slice(0, at), from.slice(at + 1)];
  const on = renamed.get(table) ?? table;
  const [old, now] = [before.tables.get(table), after.tables.get(on)];
  if (old === undefined)
    throw refuse(`names table "${table}", which no revision creates${suggestion(table, before.tables.keys())}`);
  if (now === undefined) throw refuse(`names table "${table}", which is no longer the table of any entity`);
  if (!old.columns.has(column))
    throw refuse(`names "${from}", which is not a column${suggestion(column, old.columns.keys())}`);
  if (now.columns.has(column)) throw refuse(`renames "${from}", which an entity still declares`);
  if (!now.columns.has(to))
    throw refuse(`renames to "${on}.${to}", which no entity declares${suggestion(to, now.columns.keys())}`);
  if (old.columns.has(to)) throw refuse(`renames to "${on}.${to}", which is an existing column`);
  return { kind: 'rename', of: 'column', on, from: column, to };
}

function suggestion(name: string, names: Iterable<string>): string {
  const found = nearestName(name, names);
  return found === null ? '' : `; did you mean "${found}"?`;
}

/** Returns the rename that reverts another. */
export function reverted({ of, on, from, to }: ChangeOf<'rename'>): ChangeOf<'rename'> {
  return { kind: 'rename', of, on: of === 'table' ? from : on, from: to, to: from };
}

/**
 * Finds pairs that may be renames: a column or table is dropped while a similar one is added. Returns them as values
 * for `--rename`, since renames are never guessed.
 */
export function likelyRenames(changes: readonly Change[]): readonly string[] {
  const columns = changes.flatMap((dropped) => {
    if (dropped.kind !== 'drop column') return [];
    const added = changes.filter(
      (change) =>
        change.kind === 'add column' &&
        change.on === dropped.on &&
        change.column.name !== dropped.column.name &&
        change.column.type === dropped.column.type,
    );
    return added.flatMap((change) =>
      change.kind === 'add column' ? [`${dropped.on}.${dropped.column.name}:${change.column.name}`] : [],
    );
  });
  const tables = changes.flatMap((dropped) => {
    if (dropped.kind !== 'drop table') return [];
    const names = [...dropped.table.columns.keys()].toSorted().join();
    return changes.flatMap((created) =>
      created.kind === 'create table' && [...created.table.columns.keys()].toSorted().join() === names
        ? [`${dropped.table.name}:${created.table.name}`]
        : [],
    );
  });
  return [...tables, ...columns];
}
