import { devError } from '../error/dev-codes.ts';
import type { Change, ChangeOf } from '../difference/change.ts';
import { nearest, type Catalog, type KernelError } from '@headwater/kernel/internal';

/**
 * Reads `--rename`: `table.old:new` for a column, `old:new` for a table, several by commas. What is old must be in the
 * database and not in the entities, what is new the other way round. Throws RENAME_INVALID.
 */
export function readRenames(text: string, before: Catalog, after: Catalog): readonly ChangeOf<'rename'>[] {
  const parts = text.split(',').map((part) => pairIn(part.trim()));
  const tables = parts.flatMap((part) => (before.tables.has(part.from) ? [tableRename(part, before, after)] : []));
  const renamed = new Map(tables.map(({ from, to }) => [from, to]));
  const columns = parts.flatMap((part) =>
    before.tables.has(part.from) ? [] : [columnRename(part, renamed, before, after)],
  );
  // A table's columns are renamed under its new name.
  return [...tables, ...columns];
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly refuse: (problem: string) => KernelError;
}

function pairIn(rename: string): Pair {
  const refuse = (problem: string): KernelError => devError('RENAME_INVALID', { rename, problem });
  const [from = '', to = '', ...more] = rename.split(':').map((name) => name.trim());
  if (from === '' || to === '' || more.length > 0) throw refuse('is not old:new');
  return { from, to, refuse };
}

function tableRename({ from, to, refuse }: Pair, before: Catalog, after: Catalog): ChangeOf<'rename'> {
  if (after.tables.has(from)) throw refuse(`renames "${from}", which an entity still has for its table`);
  if (!after.tables.has(to))
    throw refuse(`leads to "${to}", which no entity has for its table${close(to, after.tables.keys())}`);
  if (before.tables.has(to)) throw refuse(`leads to "${to}", and there is a table of that name`);
  if (schemaOf(from) !== schemaOf(to)) throw refuse('leads into another schema, which is no renaming');
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
    throw refuse(`names the table "${table}", which the revisions do not make${close(table, before.tables.keys())}`);
  if (now === undefined) throw refuse(`names the table "${table}", which no entity has any more`);
  if (!old.columns.has(column))
    throw refuse(`names "${from}", and there is no such column${close(column, old.columns.keys())}`);
  if (now.columns.has(column)) throw refuse(`renames "${from}", which an entity still has`);
  if (!now.columns.has(to)) throw refuse(`leads to "${on}.${to}", which no entity has${close(to, now.columns.keys())}`);
  if (old.columns.has(to)) throw refuse(`leads to "${on}.${to}", and there is a column of that name`);
  return { kind: 'rename', of: 'column', on, from: column, to };
}

function close(name: string, names: Iterable<string>): string {
  const found = nearest(name, names);
  return found === null ? '' : `; did you mean "${found}"?`;
}

function schemaOf(table: string): string {
  return table.slice(0, Math.max(0, table.indexOf('.')));
}

/** What takes a renaming back. */
export function undone({ of, on, from, to }: ChangeOf<'rename'>): ChangeOf<'rename'> {
  return { kind: 'rename', of, on: of === 'table' ? from : on, from: to, to: from };
}

/** A column or table that goes while one of the same kind comes: whoever meant a renaming has to say so. */
export function likelyRenames(changes: readonly Change[]): readonly string[] {
  const columns = changes.flatMap((gone) => {
    if (gone.kind !== 'drop column') return [];
    const come = changes.filter(
      (change) =>
        change.kind === 'add column' &&
        change.on === gone.on &&
        change.column.name !== gone.column.name &&
        change.column.type === gone.column.type,
    );
    return come.flatMap((change) =>
      change.kind === 'add column' ? [`${gone.on}.${gone.column.name}:${change.column.name}`] : [],
    );
  });
  const tables = changes.flatMap((gone) => {
    if (gone.kind !== 'drop table') return [];
    const names = [...gone.table.columns.keys()].toSorted().join();
    return changes.flatMap((come) =>
      come.kind === 'create table' && [...come.table.columns.keys()].toSorted().join() === names
        ? [`${gone.table.name}:${come.table.name}`]
        : [],
    );
  });
  return [...tables, ...columns];
}
