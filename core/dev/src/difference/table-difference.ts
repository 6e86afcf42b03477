import type { CatalogColumn, CatalogTable } from '@headwater/kernel/internal/catalog';
import type { Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { compareMaps } from './compare-maps.ts';

/** Options for a comparison of tables. */
export interface TableOptions {
  /** Has the same meaning as for `differenceOf`. */
  readonly undefine: boolean;
  /** The enums that are rebuilt. */
  readonly rebuilt: ReadonlySet<string>;
}

/** Returns the changes for the parts of a new table that `create table` does not contain. */
export function newTableChanges(table: CatalogTable): readonly Change[] {
  const { name: on, constraints, indexes, columns, rowSecurity: after } = table;
  const changes: Change[] = [];
  for (const constraint of constraints.values()) {
    if (constraint.kind !== 'primary key') changes.push({ kind: 'add constraint', on, constraint });
    changes.push(...commentChanges('constraint', on, null, constraint, true));
  }
  for (const index of indexes.values()) {
    changes.push({ kind: 'add index', on, index }, ...commentChanges('index', on, null, index, true));
  }
  if (after !== 'off') changes.push({ kind: 'row security', on, before: 'off', after });
  changes.push(...commentChanges('table', null, null, table, true));
  for (const column of columns.values()) changes.push(...commentChanges('column', on, null, column, true));
  return changes;
}

/**
 * Returns the changes from one version of a table to another. The partition key is not compared, since it cannot
 * change.
 */
export function tableChanges(before: CatalogTable, after: CatalogTable, options: TableOptions): readonly Change[] {
  const on = after.name;
  const { undefine } = options;
  const { changes, dropped, rebuilt } = columnChanges(before, after, options);
  const isDroppedWith = (columns: readonly string[]): boolean => columns.some((column) => dropped.has(column));
  changes.push(...commentChanges('table', null, before, after, undefine));
  compareMaps(before.constraints, after.constraints, {
    removed: (constraint) => {
      // Entities cannot declare an exclusion constraint.
      const isKept = constraint.kind === 'exclude' && !undefine;
      if (!isDroppedWith(constraint.columns) && !isKept) changes.push({ kind: 'drop constraint', on, constraint });
    },
    added: (constraint) => {
      changes.push({ kind: 'add constraint', on, constraint });
      changes.push(...commentChanges('constraint', on, null, constraint, undefine));
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
      changes.push(...commentChanges('constraint', on, old, now, undefine, differs || isDropped));
    },
  });
  compareMaps(before.indexes, after.indexes, {
    removed: (index) => {
      if (!isDroppedWith(index.covers)) changes.push({ kind: 'drop index', on, index });
    },
    added: (index) => {
      changes.push({ kind: 'add index', on, index }, ...commentChanges('index', on, null, index, undefine));
    },
    kept: (old, now) => {
      const isDropped = isDroppedWith(old.covers);
      const usesRebuilt = !old.plain && old.covers.some((name) => rebuilt.has(name));
      const differs = old.definition !== now.definition || old.unique !== now.unique || usesRebuilt;
      if (differs && !isDropped) changes.push({ kind: 'drop index', on, index: old });
      if (differs || isDropped) changes.push({ kind: 'add index', on, index: now });
      changes.push(...commentChanges('index', on, old, now, undefine, differs || isDropped));
    },
  });
  compareMaps(before.partitions, after.partitions, {
    removed: (partition) => changes.push({ kind: 'drop partition', on, partition }),
    added: (partition) => changes.push({ kind: 'add partition', on, partition }),
    kept: (old, partition) => {
      if (old.bound === partition.bound) return;
      changes.push({ kind: 'drop partition', on, partition: old }, { kind: 'add partition', on, partition });
    },
  });
  const [was, is] = [before.rowSecurity, after.rowSecurity];
  // Somebody may have enabled row security by hand, without an entity that declares it.
  if (was !== is && (is !== 'off' || undefine)) changes.push({ kind: 'row security', on, before: was, after: is });
  return changes;
}

interface ColumnDifference {
  readonly changes: Change[];
  /** The dropped columns. Constraints and indexes on them are dropped with them. */
  readonly dropped: ReadonlySet<string>;
  /** The columns whose type is an enum that is rebuilt. */
  readonly rebuilt: ReadonlySet<string>;
}

function columnChanges(before: CatalogTable, after: CatalogTable, options: TableOptions): ColumnDifference {
  const on = after.name;
  const changes: Change[] = [];
  const dropped = new Set<string>();
  const rebuilt = new Set(
    Array.from(before.columns.values()).flatMap(({ name, enum: of }) =>
      of !== null && options.rebuilt.has(of) ? [name] : [],
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
      changes.push({ kind: 'drop column', on, column });
    },
    added: (column) => {
      changes.push({ kind: 'add column', on, column }, ...commentChanges('column', on, null, column, true));
    },
    kept: (old, now) => {
      const isRecreated = mustRecreate(old, now);
      if (isRecreated) {
        dropped.add(now.name);
        changes.push({ kind: 'drop column', on, column: old }, { kind: 'add column', on, column: now });
      } else if (!isSameColumn(old, now)) {
        changes.push({ kind: 'alter column', on, before: old, after: now });
      }
      changes.push(...commentChanges('column', on, old, now, true, isRecreated));
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
