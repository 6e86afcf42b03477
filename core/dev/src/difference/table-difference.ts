import type { CatalogColumn, CatalogSetting, CatalogTable } from '@headwater/kernel/internal/catalog';
import { quoteName } from '@headwater/kernel/internal/sql';
import type { Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { compareMaps } from './compare-maps.ts';

/** Returns the changes for the parts of a new table that `create table` does not contain. */
export function newTableChanges(table: CatalogTable): readonly Change[] {
  const { name: on, constraints, indexes, columns, rowSecurity: after } = table;
  const changes: Change[] = [];
  for (const constraint of constraints.values()) {
    if (constraint.kind !== 'primary key' && !constraint.inherited)
      changes.push({ kind: 'add constraint', on, constraint });
    changes.push(...commentChanges('constraint', on, null, constraint));
  }
  for (const index of indexes.values()) {
    changes.push({ kind: 'add index', on, index }, ...commentChanges('index', on, null, index));
  }
  if (after !== 'off') changes.push({ kind: 'row security', on, before: 'off', after });
  changes.push(...commentChanges('table', null, null, table));
  for (const column of columns.values()) changes.push(...commentChanges('column', on, null, column));
  return changes;
}

/**
 * Returns the changes from one version of a table to another. `rebuiltEnums` holds the enums that are rebuilt. The
 * partition key is not compared, since it cannot change.
 */
export function tableChanges(
  before: CatalogTable,
  after: CatalogTable,
  rebuiltEnums: ReadonlySet<string>,
): readonly Change[] {
  const on = after.name;
  const { changes, dropped, rebuilt } = columnChanges(before, after, rebuiltEnums);
  const isDroppedWith = (columns: readonly string[]): boolean => columns.some((column) => dropped.has(column));
  changes.push(...commentChanges('table', null, before, after), ...parentChanges(before, after));
  compareMaps(ownParts(before.constraints), ownParts(after.constraints), {
    removed: (constraint) => {
      if (!isDroppedWith(constraint.columns)) changes.push({ kind: 'drop constraint', on, constraint });
    },
    added: (constraint) => {
      changes.push({ kind: 'add constraint', on, constraint });
      changes.push(...commentChanges('constraint', on, null, constraint));
    },
    kept: (old, now) => {
      const isDropped = isDroppedWith(old.columns);
      const hasExpression = old.kind === 'check' || old.kind === 'exclude';
      const usesRebuilt = hasExpression && old.columns.some((name) => rebuilt.has(name));
      const isUnvalidated = old.definition === `${now.definition} NOT VALID` && !isDropped && !usesRebuilt;
      if (isUnvalidated) changes.push({ kind: 'validate constraint', on, constraint: now });
      const differs = (old.definition !== now.definition || old.kind !== now.kind || usesRebuilt) && !isUnvalidated;
      if (differs && !isDropped) changes.push({ kind: 'drop constraint', on, constraint: old });
      if (differs || isDropped) changes.push({ kind: 'add constraint', on, constraint: now });
      changes.push(...commentChanges('constraint', on, old, now, differs || isDropped));
    },
  });
  compareMaps(before.indexes, after.indexes, {
    removed: (index) => {
      if (!isDroppedWith(index.covers)) changes.push({ kind: 'drop index', on, index });
    },
    added: (index) => {
      changes.push({ kind: 'add index', on, index }, ...commentChanges('index', on, null, index));
    },
    kept: (old, now) => {
      const isDropped = isDroppedWith(old.covers);
      const usesRebuilt = !old.plain && old.covers.some((name) => rebuilt.has(name));
      const differs = old.definition !== now.definition || old.unique !== now.unique || usesRebuilt;
      if (differs && !isDropped) changes.push({ kind: 'drop index', on, index: old });
      if (differs || isDropped) changes.push({ kind: 'add index', on, index: now });
      changes.push(...commentChanges('index', on, old, now, differs || isDropped));
    },
  });
  changes.push(...partitionChanges(before, after));
  const [was, is] = [before.rowSecurity, after.rowSecurity];
  if (was !== is) changes.push({ kind: 'row security', on, before: was, after: is });
  return changes;
}

/** Returns the parts that a table does not inherit. Those that it inherits change with its parents. */
function ownParts<T extends { readonly inherited: boolean }>(parts: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...parts].filter(([, { inherited }]) => !inherited));
}

function parentChanges(before: CatalogTable, after: CatalogTable): readonly Change[] {
  const settingsOf = ({ name, inherits }: CatalogTable): ReadonlyMap<string, CatalogSetting> =>
    new Map(inherits.map((parent) => [parent, inheritance(name, parent)]));
  const changes: Change[] = [];
  compareMaps(settingsOf(before), settingsOf(after), {
    removed: (old) => changes.push({ kind: 'setting', object: old.of, name: old.name, before: old, after: null }),
    added: (now) => changes.push({ kind: 'setting', object: now.of, name: now.name, before: null, after: now }),
    kept() {},
  });
  return changes;
}

function inheritance(table: string, parent: string): CatalogSetting {
  const alter = (action: string): string => `alter table ${quoteName(table)} ${action} ${quoteName(parent)};`;
  const of = { kind: 'table', table: null, name: table };
  return { of, name: `inheritance from ${parent}`, set: alter('inherit'), reset: alter('no inherit') };
}

function partitionChanges(before: CatalogTable, after: CatalogTable): readonly Change[] {
  const on = after.name;
  const changes: Change[] = [];
  const removed = new Set<string>();
  compareMaps(before.partitions, after.partitions, {
    removed: (partition) => {
      // A partition is dropped with its own partitions.
      if (!removed.has(partition.parent)) changes.push({ kind: 'drop partition', on, partition });
      removed.add(partition.name);
    },
    added: (partition) => changes.push({ kind: 'add partition', on, partition }),
    kept: (old, partition) => {
      const isSame =
        old.bound === partition.bound && old.parent === partition.parent && old.partitionBy === partition.partitionBy;
      if (isSame && !removed.has(old.parent)) return;
      if (!removed.has(old.parent)) changes.push({ kind: 'drop partition', on, partition: old });
      removed.add(old.name);
      changes.push({ kind: 'add partition', on, partition });
    },
  });
  return changes;
}

interface ColumnDifference {
  readonly changes: Change[];
  /** The dropped columns. Constraints and indexes on them are dropped with them. */
  readonly dropped: ReadonlySet<string>;
  /** The columns whose type is an enum that is rebuilt. */
  readonly rebuilt: ReadonlySet<string>;
}

function columnChanges(before: CatalogTable, after: CatalogTable, rebuiltEnums: ReadonlySet<string>): ColumnDifference {
  const on = after.name;
  const changes: Change[] = [];
  const dropped = new Set<string>();
  const rebuilt = new Set(
    Array.from(before.columns.values()).flatMap(({ name, enum: of }) =>
      of !== null && rebuiltEnums.has(of) ? [name] : [],
    ),
  );
  const retyped = new Set(
    Array.from(after.columns.values()).flatMap(({ name, type, collation }) => {
      const old = before.columns.get(name);
      const isSame = old === undefined || (old.type === type && old.collation === collation && !rebuilt.has(name));
      return isSame ? [] : [name];
    }),
  );
  const mustRecreate = (old: CatalogColumn, now: CatalogColumn): boolean =>
    changesGeneration(old, now) ||
    // The server refuses to change the type of a column while a generated column uses it.
    (now.generated !== null && old.generated !== null && old.generated.from.some((name) => retyped.has(name))) ||
    (now.generated !== null && rebuilt.has(now.name));
  compareMaps(before.columns, after.columns, {
    removed: (column) => {
      dropped.add(column.name);
      if (!column.inherited) changes.push({ kind: 'drop column', on, column });
    },
    added: (column) => {
      if (!column.inherited) changes.push({ kind: 'add column', on, column });
      changes.push(...commentChanges('column', on, null, column));
    },
    kept: (old, now) => {
      const isRecreated = mustRecreate(old, now) && !now.inherited;
      if (isRecreated) {
        dropped.add(now.name);
        changes.push({ kind: 'drop column', on, column: old }, { kind: 'add column', on, column: now });
      } else if (!isSameColumn(old, now)) {
        // The type of an inherited column changes with that of its parent.
        const { type, notNull, collation } = now;
        const reached = old.inherited && now.inherited ? { ...old, type, notNull, collation } : old;
        if (!isSameColumn(reached, now)) changes.push({ kind: 'alter column', on, before: reached, after: now });
      }
      changes.push(...commentChanges('column', on, old, now, isRecreated));
    },
  });
  return { changes, dropped, rebuilt };
}

/**
 * Whether a change requires dropping and re-adding the column. Before PostgreSQL 17, the expression of a generated
 * column cannot change. No version can turn a plain column into a generated one, or a virtual column into a plain one.
 */
function changesGeneration({ generated: before }: CatalogColumn, { generated: after }: CatalogColumn): boolean {
  if (after === null) return before?.stored === false;
  return before?.as !== after.as || before.stored !== after.stored;
}

function isSameColumn(a: CatalogColumn, b: CatalogColumn): boolean {
  return (
    a.type === b.type &&
    a.notNull === b.notNull &&
    a.default === b.default &&
    a.serial === b.serial &&
    a.identity === b.identity &&
    a.collation === b.collation &&
    a.generated?.as === b.generated?.as
  );
}
