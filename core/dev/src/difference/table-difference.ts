import type { Catalog, CatalogColumn, CatalogConstraint, CatalogTable } from '@headwater/kernel/internal/catalog';
import type { Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { compareMaps } from './compare-maps.ts';
import { changesDefault, inheritedColumnChanges, parentChanges, parentsOf, withLastingParents } from './inheritance.ts';

/** Returns the changes for the parts of a new table that `create table` does not contain. */
export function newTableChanges(table: CatalogTable, tables: Catalog['tables']): readonly Change[] {
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
  const parents = parentsOf(table, tables);
  for (const column of columns.values()) {
    if (column.inherited) changes.push(...inheritedColumnChanges(on, column, parents));
    changes.push(...commentChanges('column', on, null, column));
  }
  return changes;
}

/** The tables before and after a change. */
type TablesOf = Readonly<Record<'before' | 'after', Catalog['tables']>>;

/**
 * Returns the changes from one version of a table to another. `rebuiltEnums` holds the enums that are rebuilt. The
 * partition key is not compared, since it cannot change. Nor is it compared whether a table also declares a part that it
 * inherits, since no statement changes that for a column.
 */
export function tableChanges(
  old: CatalogTable,
  now: CatalogTable,
  tables: TablesOf,
  rebuiltEnums: ReadonlySet<string>,
): readonly Change[] {
  const on = now.name;
  const before = withLastingParents(old, now, tables.before);
  const after = withLastingParents(now, old, tables.after);
  const parents = { before: parentsOf(before, tables.before), after: parentsOf(after, tables.after) };
  const { changes, dropped, rebuilt } = columnChanges({ before, after }, parents, rebuiltEnums);
  const isDroppedWith = (columns: readonly string[]): boolean => columns.some((column) => dropped.has(column));
  changes.push(...commentChanges('table', null, old, now), ...parentChanges(old, now));
  changes.push(...constraintChanges({ before, after }, { dropped, rebuilt }));
  compareMaps(before.indexes, after.indexes, {
    removed: (index) => {
      if (!isLeftToColumns(index.covers, dropped)) changes.push({ kind: 'drop index', on, index });
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

/** Two versions of a table. */
type Versions = Readonly<Record<'before' | 'after', CatalogTable>>;

/** Two versions of the tables that a table inherits from. */
type ParentVersions = Readonly<Record<'before' | 'after', readonly CatalogTable[]>>;

/** Returns the changes to the constraints of a table. Those that it inherits change with its parents. */
function constraintChanges(
  { before, after }: Versions,
  { dropped, rebuilt }: Pick<ColumnDifference, 'dropped' | 'rebuilt'>,
): readonly Change[] {
  const on = after.name;
  const changes: Change[] = [];
  const isDroppedWith = (columns: readonly string[]): boolean => columns.some((column) => dropped.has(column));
  const own = ({ constraints }: CatalogTable): ReadonlyMap<string, CatalogConstraint> =>
    new Map([...constraints].filter(([, { inherited }]) => !inherited));
  compareMaps(own(before), own(after), {
    removed: (constraint) => {
      if (!isLeftToColumns(constraint.columns, dropped)) changes.push({ kind: 'drop constraint', on, constraint });
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
  for (const now of after.constraints.values()) {
    const old = before.constraints.get(now.name) ?? null;
    const isRebuilt = old?.inherited !== true || old.definition !== now.definition;
    if (now.inherited) changes.push(...commentChanges('constraint', on, old, now, isRebuilt));
  }
  return changes;
}

/**
 * Whether the removal of a constraint or an index is left to that of its columns. One that also covers columns which stay
 * is dropped by a statement of its own, so that nobody overlooks it.
 */
function isLeftToColumns(columns: readonly string[], dropped: ReadonlySet<string>): boolean {
  return columns.length > 0 && columns.every((column) => dropped.has(column));
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

function columnChanges(
  { before, after }: Versions,
  parents: ParentVersions,
  rebuiltEnums: ReadonlySet<string>,
): ColumnDifference {
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
  const isShared = (name: string): boolean =>
    [parents.before, parents.after].every((tables) => tables.some(({ columns }) => columns.has(name)));
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
      if (column.inherited) changes.push(...inheritedColumnChanges(on, column, parents.after));
      else changes.push({ kind: 'add column', on, column });
      changes.push(...commentChanges('column', on, null, column));
    },
    kept: (old, now) => {
      const isRecreated = mustRecreate(old, now) && !now.inherited;
      if (isRecreated) {
        dropped.add(now.name);
        changes.push({ kind: 'drop column', on, column: old }, { kind: 'add column', on, column: now });
      } else if (!isSameColumn(old, now)) {
        // The type of an inherited column changes with that of its parent, even if the table declares the column too.
        const isInherited = old.inherited && now.inherited;
        const { type, collation } = isInherited || isShared(now.name) ? now : old;
        const { notNull } = isInherited ? now : old;
        const reached = { ...old, type, notNull, collation };
        if (!isSameColumn(reached, now)) changes.push({ kind: 'alter column', on, before: reached, after: now });
      }
      if (changesDefault(now.name, parents))
        changes.push(...inheritedColumnChanges(on, now, parents.after).filter(({ name }) => name === 'default'));
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
    a.sequence?.name === b.sequence?.name &&
    a.identity === b.identity &&
    a.collation === b.collation &&
    a.generated?.as === b.generated?.as
  );
}
