import { alterColumnSql, changeEnumSql, createEnumSql } from './alter-sql.ts';
import { defineSql, inOrderOfUse, undefineSql } from './definition-sql.ts';
import type { Change, ChangeOf as Of } from './change.ts';
import { columnSql } from './column-sql.ts';
import { constraintSql, indexSql } from './constraint-sql.ts';
import { bareName, besideTable, quoteName, quotePart, quoteText } from './names.ts';
import { createTableSql, inOrderOfReference, partitionSql, referencesOf } from './table-sql.ts';
import type { CatalogColumn } from '@headwater/kernel/internal';

/**
 * The changes as SQL, laid out for reading: paragraphs of statements, in an order in which the server takes them. Within
 * a paragraph by table, and what is on one table in the order given, which is that of the table.
 */
export function changesSql(changes: readonly Change[]): string {
  const some = <K extends Change['kind']>(...kinds: readonly K[]): readonly Of<K>[] =>
    // What is kept is of one of the kinds.
    changes.filter((change): change is Of<K> => (kinds as readonly string[]).includes(change.kind));
  const created = new Set(some('create table').map(({ table }) => table.name));
  const isOld = (change: { readonly on: string }): boolean => !created.has(change.on);
  const isForeign = (change: Of<'add constraint' | 'drop constraint'>): boolean =>
    change.constraint.kind === 'foreign key';

  const rebuilt = new Set(
    some('change enum').flatMap(({ columns, rebuild }) =>
      rebuild ? columns.map(({ on, column }) => `${on}.${column.name}`) : [],
    ),
  );
  const alters = byTable(some('alter column')).map((change) =>
    // Their defaults have gone with the old type.
    rebuilt.has(`${change.on}.${change.before.name}`)
      ? { ...change, before: { ...change.before, default: null } }
      : change,
  );
  const dropped = some('drop constraint');
  const added = some('add constraint');
  const paragraphs: readonly (readonly string[])[] = [
    some('rename').map(renameSql),
    some('create schema').map(({ schema }) => `create schema ${quoteName(schema.name)};`),
    inOrderOfUse([
      ...some('undefine').map(({ definition }) => definition),
      // A function is replaced, so that what uses it need not go.
      ...some('redefine').flatMap(({ before }) => (before.kind === 'function' ? [] : [before])),
    ])
      .toReversed()
      .filter(({ kind }) => kind !== 'function')
      .map(undefineSql),
    byTable(dropped.filter(isForeign)).map(dropConstraintSql),
    [
      ...byTable(dropped.filter((change) => !isForeign(change))).map(dropConstraintSql),
      ...byTable(some('drop index')).map(({ on, index }) => `drop index ${besideTable(on, index.name)};`),
    ],
    [
      ...byTable(some('drop partition')).map(({ partition }) => `drop table ${quoteName(partition.name)};`),
      ...dropTablesSql(some('drop table')),
    ],
    clauses(computedFirst(some('drop column')), ({ column }) => `drop column ${quotePart(column.name)}`),
    some('create enum').map(({ enum: one }) => createEnumSql(one.name, one.values)),
    alters.filter(leavesEnum).flatMap(({ on, before, after }) => alterColumnSql(on, before, after)),
    ...some('change enum').map(changeEnumSql),
    alters
      .filter((change) => !leavesEnum(change))
      .flatMap(({ on, before, after }) => alterColumnSql(on, before, after)),
    clauses(computedFirst(some('add column'), false), ({ column }) => `add column ${columnSql(column)}`),
    byTable(some('add partition').filter(isOld)).map(({ on, partition }) => partitionSql(on, partition)),
    partsSql(
      added.filter((change) => isOld(change) && !isForeign(change)),
      some('add index').filter(isOld),
    ),
    ...newTables(some('create table'), added, some('add index')),
    byTable(added.filter((change) => isOld(change) && isForeign(change))).map(addConstraintSql),
    byTable(some('validate constraint')).map(
      ({ on, constraint }) => `alter table ${quoteName(on)} validate constraint ${quotePart(constraint.name)};`,
    ),
    byTable(some('row security')).flatMap(rowSecuritySql),
    inOrderOfUse(some('define', 'redefine').map(({ definition }) => definition)).map(defineSql),
    some('undefine').flatMap(({ definition }) => (definition.kind === 'function' ? [undefineSql(definition)] : [])),
    some('comment').map(commentSql),
    some('drop enum').map(({ enum: one }) => `drop type ${quoteName(one.name)};`),
    some('drop schema').map(({ schema }) => `drop schema ${quoteName(schema.name)};`),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** Whether a column stops to have the type of an enum, which may be changed only after that. */
function leavesEnum({ before, after }: Of<'alter column'>): boolean {
  return before.enum !== null && before.enum !== after.enum;
}

/** Nothing may be dropped as long as a column is computed from it, nor one be computed from what is not there. */
function computedFirst<T extends { readonly column: CatalogColumn }>(
  changes: readonly T[],
  first = true,
): readonly T[] {
  return [
    ...changes.filter(({ column }) => (column.generated !== null) === first),
    ...changes.filter(({ column }) => (column.generated !== null) !== first),
  ];
}

function rowSecuritySql({ on, before, after }: Of<'row security'>): readonly string[] {
  const alter = (what: string): string => `alter table ${quoteName(on)} ${what} row level security;`;
  return [
    ...(before === 'off' ? [alter('enable')] : []),
    ...(after === 'forced' ? [alter('force')] : before === 'forced' ? [alter('no force')] : []),
    ...(after === 'off' ? [alter('disable')] : []),
  ];
}

/** By table, in the order given within each. */
function byTable<T extends { readonly on: string }>(changes: readonly T[]): readonly T[] {
  return changes.toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
}

/** One statement for each table: several columns at once are rewritten and locked for once. */
function clauses<T extends { readonly on: string }>(
  changes: readonly T[],
  clause: (change: T) => string,
): readonly string[] {
  return Array.from(
    Map.groupBy(byTable(changes), ({ on }) => on),
    ([on, group]) => {
      const lines = group.map(clause);
      const separator = lines.length === 1 ? ' ' : '\n  ';
      return `alter table ${quoteName(on)}${separator}${lines.join(`,${separator}`)};`;
    },
  );
}

function addConstraintSql({ on, constraint }: Of<'add constraint'>): string {
  const start = `alter table ${quoteName(on)} add constraint ${quotePart(constraint.name)}`;
  const rest = constraintSql(constraint);
  const breaks = constraint.kind === 'foreign key' || start.length + rest.length > longestLine;
  return `${start}${breaks ? '\n  ' : ' '}${rest};`;
}

/** Columns that fit beside the indentation of a revision file. */
const longestLine = 114;

function dropConstraintSql({ on, constraint }: Of<'drop constraint'>): string {
  return `alter table ${quoteName(on)} drop constraint ${quotePart(constraint.name)};`;
}

function partsSql(
  constraints: readonly Of<'add constraint'>[],
  indexes: readonly Of<'add index'>[],
): readonly string[] {
  return [
    ...byTable(constraints).map(addConstraintSql),
    ...byTable(indexes).map(({ on, index }) => indexSql(on, index)),
  ];
}

/** A paragraph for each new table, with all that is on it; what refers to a table that is made later comes last. */
function newTables(
  creates: readonly Of<'create table'>[],
  constraints: readonly Of<'add constraint'>[],
  indexes: readonly Of<'add index'>[],
): readonly (readonly string[])[] {
  const tables = inOrderOfReference(creates.map(({ table }) => table));
  const later = new Set(tables.map(({ name }) => name));
  const late: Of<'add constraint'>[] = [];
  const paragraphs = tables.map((table) => {
    later.delete(table.name);
    const own = constraints.filter(({ on, constraint }) => on === table.name && constraint.kind !== 'primary key');
    const waiting = own.filter(({ constraint }) => later.has(constraint.references?.table ?? ''));
    late.push(...waiting);
    const now = own.filter((change) => !waiting.includes(change));
    const isForeign = ({ constraint }: Of<'add constraint'>): boolean => constraint.kind === 'foreign key';
    return [
      createTableSql(table),
      ...Array.from(table.partitions.values(), (partition) => partitionSql(table.name, partition)),
      ...partsSql(
        now.filter((change) => !isForeign(change)),
        indexes.filter(({ on }) => on === table.name),
      ),
      ...now.filter(isForeign).map(addConstraintSql),
    ];
  });
  return [...paragraphs, byTable(late).map(addConstraintSql)];
}

/** What refers to a table goes before it; in a circle its foreign keys do. */
function dropTablesSql(drops: readonly Of<'drop table'>[]): readonly string[] {
  const ordered = inOrderOfReference(drops.map(({ table }) => table)).toReversed();
  const gone = new Set<string>();
  const all = new Set(ordered.map(({ name }) => name));
  return ordered.flatMap((table) => {
    gone.add(table.name);
    const circular = ordered
      .filter(({ name }) => all.has(name) && !gone.has(name))
      .flatMap((other) => {
        const keys = [...other.constraints.values()].filter(({ references }) => references?.table === table.name);
        return referencesOf(other).includes(table.name)
          ? keys.map((constraint) => dropConstraintSql({ kind: 'drop constraint', on: other.name, constraint }))
          : [];
      });
    return [...circular, `drop table ${quoteName(table.name)};`];
  });
}

function renameSql({ of, on, from, to }: Of<'rename'>): string {
  if (of === 'table') return `alter table ${quoteName(from)} rename to ${quotePart(bareName(to))};`;
  if (of === 'index') return `alter index ${besideTable(on, from)} rename to ${quotePart(to)};`;
  return `alter table ${quoteName(on)} rename ${of} ${quotePart(from)} to ${quotePart(to)};`;
}

function commentSql({ of, on, name, comment }: Of<'comment'>): string {
  const text = comment === null ? 'null' : quoteText(comment);
  if (of === 'column') return `comment on column ${quoteName(on ?? '')}.${quotePart(name)} is ${text};`;
  if (of === 'constraint') return `comment on constraint ${quotePart(name)} on ${quoteName(on ?? '')} is ${text};`;
  return `comment on ${of} ${of === 'index' ? besideTable(on ?? '', name) : quoteName(name)} is ${text};`;
}
