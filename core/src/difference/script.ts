import { alterColumnSql, changeEnumSql, createEnumSql } from './alter-sql.ts';
import type { Change, ChangeOf as Of } from './change.ts';
import { columnSql } from './column-sql.ts';
import { constraintSql, indexSql } from './constraint-sql.ts';
import { bareName, besideTable, quoteName, quotePart, quoteText } from './names.ts';
import { createTableSql, inOrderOfReference, referencesOf } from './table-sql.ts';

/**
 * The changes as SQL, laid out for reading: paragraphs of statements, in an order in which the server takes them. The
 * same changes give the same text, in whichever order they are given.
 */
export function scriptOf(changes: readonly Change[]): string {
  const some = <K extends Change['kind']>(...kinds: readonly K[]): readonly Of<K>[] =>
    // What is kept is of one of the kinds.
    changes.filter((change): change is Of<K> => (kinds as readonly string[]).includes(change.kind));
  const created = new Set(some('create table').map(({ table }) => table.name));
  const isOld = (change: { readonly on: string }): boolean => !created.has(change.on);
  const isForeign = (change: Of<'add constraint' | 'drop constraint'>): boolean =>
    change.constraint.kind === 'foreign key';

  const dropped = some('drop constraint');
  const added = some('add constraint');
  const paragraphs: readonly (readonly string[])[] = [
    some('rename').map(renameSql),
    some('create schema').map(({ schema }) => `create schema ${quoteName(schema.name)};`),
    [...some('undefine'), ...some('redefine').filter(({ definition }) => definition.kind !== 'function')]
      .toReversed()
      .map(undefineSql),
    byTable(dropped.filter(isForeign)).map(dropConstraintSql),
    [
      ...byTable(dropped.filter((change) => !isForeign(change))).map(dropConstraintSql),
      ...byTable(some('drop index')).map(({ on, index }) => `drop index ${besideTable(on, index.name)};`),
    ],
    dropTablesSql(some('drop table')),
    clauses(some('drop column'), ({ column }) => `drop column ${quotePart(column.name)}`),
    some('create enum').map(({ enum: one }) => createEnumSql(one.name, one.values)),
    ...some('change enum').map(changeEnumSql),
    byTable(some('alter column')).flatMap(({ on, before, after }) => alterColumnSql(on, before, after)),
    clauses(some('add column'), ({ column }) => `add column ${columnSql(column)}`),
    partsSql(
      added.filter((change) => isOld(change) && !isForeign(change)),
      some('add index').filter(isOld),
    ),
    ...newTables(some('create table'), added, some('add index')),
    byTable(added.filter((change) => isOld(change) && isForeign(change))).map(addConstraintSql),
    [...some('define', 'redefine')].map(({ definition }) => `${definition.definition.trimEnd().replace(/;$/, '')};`),
    some('comment').map(commentSql),
    some('drop enum').map(({ enum: one }) => `drop type ${quoteName(one.name)};`),
    some('drop schema').map(({ schema }) => `drop schema ${quoteName(schema.name)};`),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
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
  return `${start}${constraint.kind === 'foreign key' ? '\n  ' : ' '}${rest};`;
}

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

function undefineSql({ definition: { kind, name, table } }: Of<'undefine' | 'redefine'>): string {
  if (table !== null) return `drop ${kind} ${quotePart(name)} on ${quoteName(table)};`;
  // A function's name holds its argument types.
  const at = name.indexOf('(');
  return kind === 'function' && at >= 0
    ? `drop function ${quoteName(name.slice(0, at))}${name.slice(at)};`
    : `drop ${kind} ${quoteName(name)};`;
}

function commentSql({ of, on, name, comment }: Of<'comment'>): string {
  const text = comment === null ? 'null' : quoteText(comment);
  if (of === 'column') return `comment on column ${quoteName(on ?? '')}.${quotePart(name)} is ${text};`;
  if (of === 'constraint') return `comment on constraint ${quotePart(name)} on ${quoteName(on ?? '')} is ${text};`;
  return `comment on ${of} ${of === 'index' && on !== null ? besideTable(on, name) : quoteName(name)} is ${text};`;
}
