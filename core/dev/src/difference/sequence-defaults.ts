import type { Catalog, CatalogColumn } from '@headwater/kernel/internal/catalog';
import { alterColumnSql } from './alter-column-sql.ts';
import { changedObjectKey, columnKey, columnName, type Change } from './change.ts';
import { keepsSequence } from './column-sequence.ts';

/** Changes without some defaults, and the statements for these defaults. */
export interface SequenceDefaults {
  readonly changes: readonly Change[];
  /** Drops defaults, before the sequences that they use are dropped. */
  readonly first: readonly string[];
  /** Sets defaults, after the columns whose sequences they use are created. */
  readonly last: readonly string[];
}

/**
 * Separates the defaults that use the sequence of another serial or identity column from changes that also create or drop
 * that column. PostgreSQL requires the sequence to exist as long as a default uses it.
 */
export function withoutSequenceDefaults(given: readonly Change[]): SequenceDefaults {
  const [created, lost] = [new Set(given.flatMap(createdSequences)), new Set(given.flatMap(lostSequences))];
  const first: string[] = [];
  const last: string[] = [];
  const before = (on: string, column: CatalogColumn): CatalogColumn => {
    if (!uses(column, lost)) return column;
    first.push(dropDefault(on, column));
    return { ...column, default: null };
  };
  const after = (on: string, column: CatalogColumn): CatalogColumn => {
    if (!uses(column, created)) return column;
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
 * Drops unchanged defaults and sets them again, if the sequence that they use is rebuilt: its column is dropped and created
 * again, or becomes an identity.
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

function dropDefault(on: string, column: CatalogColumn): string {
  return alterColumnSql(on, column, { ...column, default: null }).join('\n');
}

function setDefault(on: string, column: CatalogColumn): string {
  return alterColumnSql(on, { ...column, default: null }, column).join('\n');
}

function createdSequences(change: Change): readonly string[] {
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
  return Array.from(columns).flatMap(({ name, sequence }) => (sequence === null ? [] : [columnName(on, name)]));
}
