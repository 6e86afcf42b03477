import type { CatalogColumn, CatalogTable } from '@headwater/kernel/internal';
import type { Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { each } from './compare-maps.ts';

/** How tables are compared. */
export interface TableOptions {
  /** As of `differenceOf`. */
  readonly undefine: boolean;
  /** Enums whose types are made anew. */
  readonly rebuilt: ReadonlySet<string>;
}

/** What comes with a new table, beside its columns and primary key. */
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

/** What makes one table another of the same name. How it is partitioned cannot be changed, and is not looked at. */
export function tableChanges(before: CatalogTable, after: CatalogTable, options: TableOptions): readonly Change[] {
  const on = after.name;
  const { undefine } = options;
  const { changes, going, rebuilt } = columnChanges(before, after, options);
  const goesAlong = (columns: readonly string[]): boolean => columns.some((column) => going.has(column));
  changes.push(...commentChanges('table', null, before, after, undefine));
  each(before.constraints, after.constraints, {
    gone: (constraint) => {
      // Entities cannot declare an exclusion.
      const stays = constraint.kind === 'exclude' && !undefine;
      if (!goesAlong(constraint.columns) && !stays) changes.push({ kind: 'drop constraint', on, constraint });
    },
    come: (constraint) => {
      changes.push({ kind: 'add constraint', on, constraint });
      changes.push(...commentChanges('constraint', on, null, constraint, undefine));
    },
    both: (old, now) => {
      const along = goesAlong(old.columns);
      const named =
        old.kind === 'check' || old.kind === 'exclude' ? old.columns.some((name) => rebuilt.has(name)) : false;
      const lacksProof = old.definition === `${now.definition} NOT VALID` && !along && !named;
      if (lacksProof) changes.push({ kind: 'validate constraint', on, constraint: now });
      const differs = (old.definition !== now.definition || old.kind !== now.kind || named) && !lacksProof;
      if (differs && !along) changes.push({ kind: 'drop constraint', on, constraint: old });
      if (differs || along) changes.push({ kind: 'add constraint', on, constraint: now });
      changes.push(...commentChanges('constraint', on, old, now, undefine, differs || along));
    },
  });
  each(before.indexes, after.indexes, {
    gone: (index) => {
      if (!goesAlong(index.covers)) changes.push({ kind: 'drop index', on, index });
    },
    come: (index) => {
      changes.push({ kind: 'add index', on, index }, ...commentChanges('index', on, null, index, undefine));
    },
    both: (old, now) => {
      const along = goesAlong(old.covers);
      const named = !old.plain && old.covers.some((name) => rebuilt.has(name));
      const differs = old.definition !== now.definition || old.unique !== now.unique || named;
      if (differs && !along) changes.push({ kind: 'drop index', on, index: old });
      if (differs || along) changes.push({ kind: 'add index', on, index: now });
      changes.push(...commentChanges('index', on, old, now, undefine, differs || along));
    },
  });
  each(before.partitions, after.partitions, {
    gone: (partition) => changes.push({ kind: 'drop partition', on, partition }),
    come: (partition) => changes.push({ kind: 'add partition', on, partition }),
    both: (old, partition) => {
      if (old.bound === partition.bound) return;
      changes.push({ kind: 'drop partition', on, partition: old }, { kind: 'add partition', on, partition });
    },
  });
  const [was, is] = [before.rowSecurity, after.rowSecurity];
  // What no entity asks for somebody may have turned on by hand.
  if (was !== is && (is !== 'off' || undefine)) changes.push({ kind: 'row security', on, before: was, after: is });
  return changes;
}

interface ColumnDifference {
  readonly changes: Change[];
  /** Columns that go, and with them the constraints and indexes that name one. */
  readonly going: ReadonlySet<string>;
  /** Columns of a type that is made anew. */
  readonly rebuilt: ReadonlySet<string>;
}

function columnChanges(before: CatalogTable, after: CatalogTable, options: TableOptions): ColumnDifference {
  const on = after.name;
  const changes: Change[] = [];
  const going = new Set<string>();
  const rebuilt = new Set(
    Array.from(before.columns.values()).flatMap(({ name, enum: of }) =>
      of !== null && options.rebuilt.has(of) ? [name] : [],
    ),
  );
  const retyped = new Set(
    Array.from(after.columns.values()).flatMap(({ name, type, collation }) => {
      const old = before.columns.get(name);
      const same = old === undefined || (old.type === type && old.collation === collation && !rebuilt.has(name));
      return same ? [] : [name];
    }),
  );
  const isMadeAnew = (old: CatalogColumn, now: CatalogColumn): boolean =>
    isComputedOtherwise(old, now) ||
    // The server refuses to change the type of a column that another is computed from.
    (now.generated !== null && old.generated !== null && old.generated.from.some((name) => retyped.has(name))) ||
    (now.generated !== null && rebuilt.has(now.name));
  each(before.columns, after.columns, {
    gone: (column) => {
      going.add(column.name);
      changes.push({ kind: 'drop column', on, column });
    },
    come: (column) => {
      changes.push({ kind: 'add column', on, column }, ...commentChanges('column', on, null, column, true));
    },
    both: (old, now) => {
      const anew = isMadeAnew(old, now);
      if (anew) {
        going.add(now.name);
        changes.push({ kind: 'drop column', on, column: old }, { kind: 'add column', on, column: now });
      } else if (!isSameColumn(old, now)) {
        changes.push({ kind: 'alter column', on, before: old, after: now });
      }
      changes.push(...commentChanges('column', on, old, now, true, anew));
    },
  });
  return { changes, going, rebuilt };
}

/**
 * An expression cannot be changed before PostgreSQL 17, nor a plain column become a generated one, nor a virtual one a
 * plain one.
 */
function isComputedOtherwise({ generated: before }: CatalogColumn, { generated: after }: CatalogColumn): boolean {
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
