import type { CatalogColumn, CatalogDefinition } from '@headwater/kernel/internal/catalog';
import {
  nameText,
  parseName,
  quoteIdentifier,
  quoteLiteral,
  quoteName,
  type ObjectAddress,
} from '@headwater/kernel/internal/sql';
import { alterColumnSql } from './alter-column-sql.ts';
import type { Change, ChangeOf as Of } from './change.ts';
import { columnSql } from './column-sql.ts';
import { constraintSql, indexSql } from './constraint-sql.ts';
import { defineSql, emptyBodySql, inOrderOfUse, isReplaced, redefineSql, undefineSql } from './definition-sql.ts';
import { changeEnumSql, createEnumSql } from './enum-sql.ts';
import { isPersistence, persistenceSql } from './persistence.ts';
import { withoutSequenceDefaults } from './sequence-defaults.ts';
import { basisOfTables, isUsableByTables } from './table-basis.ts';
import { createTableSql, inOrderOfReference, partitionSql, referencesOf } from './table-sql.ts';

/**
 * Returns changes as SQL, in paragraphs of statements whose order the server accepts. Within a paragraph, the
 * statements are sorted by table. Statements for the same table keep the given order, which is that of its columns.
 */
export function changesSql(given: readonly Change[]): string {
  const { changes, first, last } = withoutSequenceDefaults(given);
  const changesOf = <K extends Change['kind']>(...kinds: readonly K[]): readonly Of<K>[] =>
    changes.filter((change): change is Of<K> => (kinds as readonly string[]).includes(change.kind));
  const created = new Set(changesOf('create table').map(({ table }) => table.name));
  const isExisting = (change: { readonly on: string }): boolean => !created.has(change.on);
  const isForeign = (change: Of<'add constraint' | 'drop constraint'>): boolean =>
    change.constraint.kind === 'foreign key';

  const rebuilt = new Set(
    changesOf('change enum').flatMap(({ columns, rebuild }) =>
      rebuild ? columns.map(({ on, column }) => `${on}.${column.name}`) : [],
    ),
  );
  const alters = sortedByTable(changesOf('alter column')).map((change) =>
    // Rebuilding the enum has dropped their defaults.
    rebuilt.has(`${change.on}.${change.before.name}`)
      ? { ...change, before: { ...change.before, default: null } }
      : change,
  );
  const persistence = changes.filter(isPersistence);
  const settings = changesOf('setting').filter(
    (change) => !persistence.includes(change) || created.has(change.object.name),
  );
  const removedDefinitions = changesOf('undefine').map(({ definition }) => definition);
  const removedRows = new Set(
    [...changesOf('drop table').map(({ table }) => table), ...removedDefinitions].map(({ name }) => `${name}.*`),
  );
  const isDroppedLate = (one: CatalogDefinition): boolean =>
    isUsableByTables(one) && !one.uses.some((name) => removedRows.has(name));
  const dropped = changesOf('drop constraint');
  const added = changesOf('add constraint');
  const tables: readonly (readonly string[])[] = [
    alters.filter(leavesEnum).flatMap(({ on, before, after }) => alterColumnSql(on, before, after)),
    ...changesOf('change enum').map(changeEnumSql),
    alters
      .filter((change) => !leavesEnum(change))
      .flatMap(({ on, before, after }) => alterColumnSql(on, before, after)),
    alterTablesSql(
      generatedFirst(changesOf('add column'), false),
      ({ on, column }) => `add column ${columnSql(on, column)}`,
    ),
    sortedByTable(changesOf('add partition').filter(isExisting)).map(({ partition }) => partitionSql(partition)),
    partsSql(
      added.filter((change) => isExisting(change) && !isForeign(change)),
      changesOf('add index').filter(isExisting),
    ),
    ...newTables(changesOf('create table'), added, changesOf('add index'), settings),
    last,
    sortedByTable(added.filter((change) => isExisting(change) && isForeign(change))).map(addConstraintSql),
  ];
  const basis = basisOfTables(
    changesOf('define').map(({ definition }) => definition),
    tables.flat(),
  );
  const redefined = new Map(changesOf('redefine').map((change) => [change.definition, redefineSql(change)]));
  const paragraphs: readonly (readonly string[])[] = [
    changesOf('rename').map(renameSql),
    settings.flatMap(({ before }) => (before === null ? [] : nonEmpty(before.reset))),
    first,
    changesOf('create schema').map(({ schema }) => `create schema ${quoteName(schema.name)};`),
    [
      ...changesOf('undefine').flatMap(({ definition }) => emptyBodySql(definition)),
      ...changesOf('redefine').flatMap(({ before }) => emptyBodySql(before)),
    ],
    inOrderOfUse([
      ...removedDefinitions.filter((one) => !isDroppedLate(one)),
      ...changesOf('redefine').flatMap((change) => (isReplaced(change) ? [] : [change.before])),
    ])
      .toReversed()
      .map(undefineSql),
    sortedByTable(dropped.filter(isForeign)).map(dropConstraintSql),
    [
      ...sortedByTable(dropped.filter((change) => !isForeign(change))).map(dropConstraintSql),
      ...sortedByTable(changesOf('drop index')).map(({ on, index }) => `drop index ${quoteIndex(on, index.name)};`),
    ],
    [
      ...sortedByTable(changesOf('drop partition')).map(({ partition }) => `drop table ${quoteName(partition.name)};`),
      ...dropTablesSql(changesOf('drop table')),
    ],
    persistence.filter(({ object }) => !created.has(object.name)).flatMap(persistenceSql),
    alterTablesSql(
      generatedFirst(changesOf('drop column')),
      ({ column }) => `drop column ${quoteIdentifier(column.name)}`,
    ),
    changesOf('create enum').map(({ enum: one }) => createEnumSql(one.name, one.values)),
    inOrderOfUse([...basis]).map(defineSql),
    ...tables,
    sortedByTable(changesOf('validate constraint')).map(
      ({ on, constraint }) => `alter table ${quoteName(on)} validate constraint ${quoteIdentifier(constraint.name)};`,
    ),
    sortedByTable(changesOf('row security')).flatMap(rowSecuritySql),
    inOrderOfUse(
      changesOf('define', 'redefine')
        .map(({ definition }) => definition)
        .filter((one) => !basis.has(one)),
    ).map((one) => redefined.get(one) ?? defineSql(one)),
    settings
      .filter(({ object }) => !created.has(tableOfSetting(object) ?? ''))
      .flatMap(({ after }) => nonEmpty(after?.set ?? '')),
    // Columns that are dropped above may use them.
    inOrderOfUse(removedDefinitions.filter(isDroppedLate)).toReversed().map(undefineSql),
    changesOf('comment').map(commentSql),
    changesOf('drop enum').map(({ enum: one }) => `drop type ${quoteName(one.name)};`),
    changesOf('drop schema').map(({ schema }) => `drop schema ${quoteName(schema.name)};`),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function nonEmpty(text: string): readonly string[] {
  return text === '' ? [] : [text];
}

/**
 * Returns the table whose new version gets a setting along with its columns and indexes; `null` for other objects, which
 * may need more than the table.
 */
function tableOfSetting({ kind, table, name }: ObjectAddress): string | null {
  if (kind === 'table') return name;
  return ['column', 'index', 'constraint'].includes(kind) ? table : null;
}

/** Whether a column stops using an enum. Only then can the enum be changed. */
function leavesEnum({ before, after }: Of<'alter column'>): boolean {
  return before.enum !== null && before.enum !== after.enum;
}

/**
 * Sorts generated columns first or last: they must be dropped before the columns that they use, and added after them.
 */
function generatedFirst<T extends { readonly column: CatalogColumn }>(
  changes: readonly T[],
  first = true,
): readonly T[] {
  return [
    ...changes.filter(({ column }) => (column.generated !== null) === first),
    ...changes.filter(({ column }) => (column.generated !== null) !== first),
  ];
}

function rowSecuritySql({ on, before, after }: Of<'row security'>): readonly string[] {
  const alter = (action: string): string => `alter table ${quoteName(on)} ${action} row level security;`;
  return [
    ...(before === 'off' ? [alter('enable')] : []),
    ...(after === 'forced' ? [alter('force')] : before === 'forced' ? [alter('no force')] : []),
    ...(after === 'off' ? [alter('disable')] : []),
  ];
}

/** Sorts changes by table. Changes of the same table keep the given order. */
function sortedByTable<T extends { readonly on: string }>(changes: readonly T[]): readonly T[] {
  return changes.toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
}

/** Combines the clauses for each table into one statement, so that the table is locked and rewritten only once. */
function alterTablesSql<T extends { readonly on: string }>(
  changes: readonly T[],
  clause: (change: T) => string,
): readonly string[] {
  return Array.from(
    Map.groupBy(sortedByTable(changes), ({ on }) => on),
    ([on, group]) => {
      const lines = group.map(clause);
      const separator = lines.length === 1 ? ' ' : '\n  ';
      return `alter table ${quoteName(on)}${separator}${lines.join(`,${separator}`)};`;
    },
  );
}

function addConstraintSql({ on, constraint }: Of<'add constraint'>): string {
  const start = `alter table ${quoteName(on)} add constraint ${quoteIdentifier(constraint.name)}`;
  const rest = constraintSql(constraint);
  const breaks = constraint.kind === 'foreign key' || start.length + rest.length > longestLine;
  return `${start}${breaks ? '\n  ' : ' '}${rest};`;
}

/** The maximum line length after the indentation in a revision file. */
const longestLine = 114;

function dropConstraintSql({ on, constraint }: Of<'drop constraint'>): string {
  return `alter table ${quoteName(on)} drop constraint ${quoteIdentifier(constraint.name)};`;
}

function partsSql(
  constraints: readonly Of<'add constraint'>[],
  indexes: readonly Of<'add index'>[],
): readonly string[] {
  return [
    ...sortedByTable(constraints).map(addConstraintSql),
    ...sortedByTable(indexes).map(({ on, index }) => indexSql(on, index)),
  ];
}

/** Returns a paragraph for each new table and its parts, and a final one for foreign keys to later tables. */
function newTables(
  creates: readonly Of<'create table'>[],
  constraints: readonly Of<'add constraint'>[],
  indexes: readonly Of<'add index'>[],
  settings: readonly Of<'setting'>[],
): readonly (readonly string[])[] {
  const tables = inOrderOfReference(creates.map(({ table }) => table));
  const later = new Set(tables.map(({ name }) => name));
  const late: Of<'add constraint'>[] = [];
  const paragraphs = tables.map((table) => {
    later.delete(table.name);
    const own = constraints.filter(({ on, constraint }) => on === table.name && constraint.kind !== 'primary key');
    const deferred = own.filter(({ constraint }) => later.has(constraint.references?.table ?? ''));
    late.push(...deferred);
    const now = own.filter((change) => !deferred.includes(change));
    const isForeign = ({ constraint }: Of<'add constraint'>): boolean => constraint.kind === 'foreign key';
    const settingsOf = (...kinds: readonly string[]): readonly string[] =>
      settings
        .filter(({ object }) => kinds.includes(object.kind) && tableOfSetting(object) === table.name)
        .flatMap(({ after }) => nonEmpty(after?.set ?? ''));
    return [
      createTableSql(table),
      // An unlogged table may only have foreign keys from other unlogged tables, so this comes before them.
      ...settingsOf('table', 'column'),
      ...Array.from(table.partitions.values(), partitionSql),
      ...partsSql(
        now.filter((change) => !isForeign(change)),
        indexes.filter(({ on }) => on === table.name),
      ),
      ...now.filter(isForeign).map(addConstraintSql),
      ...settingsOf('index', 'constraint'),
    ];
  });
  return [...paragraphs, sortedByTable(late).map(addConstraintSql)];
}

/** Drops each table after the tables that reference it. In a cycle, drops the foreign keys to a table first. */
function dropTablesSql(drops: readonly Of<'drop table'>[]): readonly string[] {
  const ordered = inOrderOfReference(drops.map(({ table }) => table)).toReversed();
  const dropped = new Set<string>();
  const all = new Set(ordered.map(({ name }) => name));
  return ordered.flatMap((table) => {
    dropped.add(table.name);
    const cyclic = ordered
      .filter(({ name }) => all.has(name) && !dropped.has(name))
      .flatMap((other) => {
        const keys = [...other.constraints.values()].filter(({ references }) => references?.table === table.name);
        return referencesOf(other).includes(table.name)
          ? keys.map((constraint) => dropConstraintSql({ kind: 'drop constraint', on: other.name, constraint }))
          : [];
      });
    return [...cyclic, `drop table ${quoteName(table.name)};`];
  });
}

function renameSql({ of, on, from, to }: Of<'rename'>): string {
  if (of === 'table') return `alter table ${quoteName(from)} rename to ${quoteIdentifier(parseName(to).name)};`;
  if (of === 'index') return `alter index ${quoteIndex(on, from)} rename to ${quoteIdentifier(to)};`;
  return `alter table ${quoteName(on)} rename ${of} ${quoteIdentifier(from)} to ${quoteIdentifier(to)};`;
}

function commentSql({ of, on, name, comment }: Of<'comment'>): string {
  const text = comment === null ? 'null' : quoteLiteral(comment);
  if (of === 'column') return `comment on column ${quoteName(on ?? '')}.${quoteIdentifier(name)} is ${text};`;
  if (of === 'constraint')
    return `comment on constraint ${quoteIdentifier(name)} on ${quoteName(on ?? '')} is ${text};`;
  return `comment on ${of} ${of === 'index' ? quoteIndex(on ?? '', name) : quoteName(name)} is ${text};`;
}

/** Returns the quoted name of an index, which is in the schema of its table. */
function quoteIndex(table: string, name: string): string {
  return quoteName(nameText({ ...parseName(table), name }));
}
