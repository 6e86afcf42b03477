import type { Catalog, CatalogColumn } from '@headwater/kernel/internal/catalog';
import { quoteIdentifier, quoteName } from '@headwater/kernel/internal/sql';
import { changedObjectKey, columnKey, type Change } from './change.ts';
import { keepsSequence } from './column-sequence.ts';
import { defaultSql } from './column-sql.ts';

/** Changes, and the statements for the defaults that they leave out. */
export interface SequenceDefaults {
  readonly changes: readonly Change[];
  /** Drops defaults before the sequences that they use. */
  readonly first: readonly string[];
  /** Sets defaults after the columns whose sequences they use have been made. */
  readonly last: readonly string[];
}

/**
 * Takes the defaults that use the sequence of another serial or identity column out of changes that also make or drop that
 * column. PostgreSQL would refuse them, because a sequence must exist before a default that uses it, and longer.
 */
export function withoutSequenceDefaults(given: readonly Change[]): SequenceDefaults {
  const [made, lost] = [new Set(given.flatMap(madeSequences)), new Set(given.flatMap(lostSequences))];
  const first: string[] = [];
  const last: string[] = [];
  const before = (on: string, column: CatalogColumn): CatalogColumn => {
    if (!uses(column, lost)) return column;
    first.push(dropDefault(on, column));
    return { ...column, default: null };
  };
  const after = (on: string, column: CatalogColumn): CatalogColumn => {
    if (!uses(column, made)) return column;
    last.push(setDefault(on, column));
    return { ...column, default: null };
  };
  const changes = given.map((change): Change => {
    switch (change.kind) {
      case 'drop table':
        for (const column of change.table.columns.values()) before(change.table.name, column);
        return change;
      case 'create table': {
        const { table } = change;
        const columns = Array.from(table.columns, ([name, column]) => [name, after(table.name, column)] as const);
        return { ...change, table: { ...table, columns: new Map(columns) } };
      }
      case 'drop column':
        return { ...change, column: before(change.on, change.column) };
      case 'add column':
        return { ...change, column: after(change.on, change.column) };
      case 'alter column':
        if (change.before.default === change.after.default && !uses(change.before, lost)) return change;
        return { ...change, before: before(change.on, change.before), after: after(change.on, change.after) };
      default:
        return change;
    }
  });
  return { changes, first, last };
}

/**
 * Drops and sets the defaults that do not change, but whose sequence does not last: that of a column which is dropped and
 * created again, or which becomes an identity.
 */
export function suspendedDefaults(changes: readonly Change[], before: Catalog, after: Catalog): readonly Change[] {
  const lost = new Set(changes.flatMap(lostSequences));
  if (lost.size === 0) return [];
  const changed = new Set(changes.map(changedObjectKey));
  return [...before.tables.values()].flatMap(({ name: table, columns }) =>
    [...columns.values()].flatMap((column): readonly Change[] => {
      const now = after.tables.get(table)?.columns.get(column.name);
      const isKept = now !== undefined && now.default === column.default && !changed.has(columnKey(table, column.name));
      if (!isKept || !uses(column, lost)) return [];
      const object = { kind: 'column', table, name: column.name };
      const texts = { of: object, name: 'default', set: setDefault(table, column), reset: dropDefault(table, column) };
      return [{ kind: 'setting', object, name: 'default', before: texts, after: texts }];
    }),
  );
}

function uses({ default: expression, sequencesOf }: CatalogColumn, columns: ReadonlySet<string>): boolean {
  return expression !== null && sequencesOf.some((name) => columns.has(name));
}

function dropDefault(on: string, { name }: CatalogColumn): string {
  return `alter table ${quoteName(on)} alter column ${quoteIdentifier(name)} drop default;`;
}

function setDefault(on: string, column: CatalogColumn): string {
  return `alter table ${quoteName(on)} alter column ${quoteIdentifier(column.name)} set default ${defaultSql(column)};`;
}

function madeSequences(change: Change): readonly string[] {
  if (change.kind === 'create table') return columnsWithSequence(change.table.name, change.table.columns.values());
  if (change.kind === 'add column') return columnsWithSequence(change.on, [change.column]);
  if (change.kind !== 'alter column') return [];
  const { on, before, after } = change;
  const isSame = keepsSequence(before, after) && before.sequence?.name === after.sequence?.name;
  return isSame ? [] : columnsWithSequence(on, [after]);
}

function lostSequences(change: Change): readonly string[] {
  if (change.kind === 'drop table') return columnsWithSequence(change.table.name, change.table.columns.values());
  if (change.kind === 'drop column') return columnsWithSequence(change.on, [change.column]);
  const isLost = change.kind === 'alter column' && !keepsSequence(change.before, change.after);
  return isLost ? columnsWithSequence(change.on, [change.before]) : [];
}

/** Returns the names that `CatalogColumn.sequencesOf` contains. */
function columnsWithSequence(on: string, columns: Iterable<CatalogColumn>): readonly string[] {
  return Array.from(columns).flatMap(({ name, sequence }) => (sequence === null ? [] : [`${on}.${name}`]));
}
