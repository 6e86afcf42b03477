import type { Catalog, CatalogColumn, CatalogTable } from '../shadow/catalog.ts';
import type { Change, EnumColumn } from './change.ts';

/** How to compare. */
export interface DifferenceOptions {
  /**
   * Whether views, functions, triggers and policies that are not in `after` are dropped. Default false: entities need
   * not declare them, so that they are missing there says nothing.
   */
  readonly undefine?: boolean;
}

/** What leads from `before` to `after`, by name and in no order that matters: renames are never guessed. */
export function differenceOf(
  before: Catalog,
  after: Catalog,
  { undefine = false }: DifferenceOptions = {},
): readonly Change[] {
  const changes: Change[] = [];
  each(before.schemas, after.schemas, {
    gone: (schema) => changes.push({ kind: 'drop schema', schema }),
    come: (schema) => changes.push({ kind: 'create schema', schema }),
    both: (old, now) => comment(changes, 'schema', null, now.name, old.comment, now.comment),
  });
  each(before.tables, after.tables, {
    gone: (table) => changes.push({ kind: 'drop table', table }),
    come: (table) => changes.push({ kind: 'create table', table }, ...partsOf(table)),
    both: (old, now) => changes.push(...tableChanges(old, now)),
  });
  each(before.definitions, after.definitions, {
    // What was on a table goes with it.
    gone: (definition) => {
      const goesAlong = definition.table !== null && !after.tables.has(definition.table);
      if (undefine && !goesAlong) changes.push({ kind: 'undefine', definition });
    },
    come: (definition) => changes.push({ kind: 'define', definition }),
    both: (old, now) => {
      if (old.definition !== now.definition) changes.push({ kind: 'redefine', definition: now });
    },
  });
  return [...changes, ...enumChanges(before, after, changes)];
}

interface Sides<T> {
  readonly gone: (before: T) => unknown;
  readonly come: (after: T) => unknown;
  readonly both: (before: T, after: T) => unknown;
}

function each<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>, sides: Sides<T>): void {
  for (const [name, old] of before) {
    const now = after.get(name);
    if (now === undefined) sides.gone(old);
    else sides.both(old, now);
  }
  for (const [name, now] of after) if (!before.has(name)) sides.come(now);
}

function comment(
  changes: Change[],
  of: Extract<Change, { kind: 'comment' }>['of'],
  on: string | null,
  name: string,
  before: string | null,
  after: string | null,
): void {
  if (before !== after) changes.push({ kind: 'comment', of, on, name, comment: after });
}

/** What comes with a new table, beside its columns and primary key. */
function partsOf(table: CatalogTable): readonly Change[] {
  const changes: Change[] = [];
  for (const constraint of table.constraints.values()) {
    if (constraint.kind !== 'primary key') changes.push({ kind: 'add constraint', on: table.name, constraint });
    comment(changes, 'constraint', table.name, constraint.name, null, constraint.comment);
  }
  for (const index of table.indexes.values()) {
    changes.push({ kind: 'add index', on: table.name, index });
    comment(changes, 'index', null, index.name, null, index.comment);
  }
  comment(changes, 'table', null, table.name, null, table.comment);
  for (const column of table.columns.values()) {
    comment(changes, 'column', table.name, column.name, null, column.comment);
  }
  return changes;
}

function tableChanges(before: CatalogTable, after: CatalogTable): readonly Change[] {
  const on = after.name;
  const changes: Change[] = [];
  comment(changes, 'table', null, on, before.comment, after.comment);
  /** Columns that go, and with them the constraints and indexes that cover one. */
  const going = new Set<string>();
  each(before.columns, after.columns, {
    gone: (column) => {
      going.add(column.name);
      changes.push({ kind: 'drop column', on, column });
    },
    come: (column) => {
      changes.push({ kind: 'add column', on, column });
      comment(changes, 'column', on, column.name, null, column.comment);
    },
    both: (old, now) => {
      if (isMadeAnew(old, now)) {
        going.add(now.name);
        changes.push({ kind: 'drop column', on, column: old }, { kind: 'add column', on, column: now });
        comment(changes, 'column', on, now.name, null, now.comment);
        return;
      }
      if (!sameColumn(old, now)) changes.push({ kind: 'alter column', on, before: old, after: now });
      comment(changes, 'column', on, now.name, old.comment, now.comment);
    },
  });
  const goesAlong = (columns: readonly string[]): boolean => columns.some((column) => going.has(column));
  each(before.constraints, after.constraints, {
    gone: (constraint) => {
      if (!goesAlong(constraint.columns)) changes.push({ kind: 'drop constraint', on, constraint });
    },
    come: (constraint) => {
      changes.push({ kind: 'add constraint', on, constraint });
      comment(changes, 'constraint', on, constraint.name, null, constraint.comment);
    },
    both: (old, now) => {
      const along = goesAlong(old.columns);
      const differs = old.definition !== now.definition || old.kind !== now.kind;
      if (differs && !along) changes.push({ kind: 'drop constraint', on, constraint: old });
      if (differs || along) changes.push({ kind: 'add constraint', on, constraint: now });
      comment(changes, 'constraint', on, now.name, differs || along ? null : old.comment, now.comment);
    },
  });
  each(before.indexes, after.indexes, {
    gone: (index) => {
      if (!goesAlong(index.columns)) changes.push({ kind: 'drop index', on, index });
    },
    come: (index) => {
      changes.push({ kind: 'add index', on, index });
      comment(changes, 'index', null, index.name, null, index.comment);
    },
    both: (old, now) => {
      const along = goesAlong(old.columns);
      const differs = old.definition !== now.definition || old.unique !== now.unique;
      if (differs && !along) changes.push({ kind: 'drop index', on, index: old });
      if (differs || along) changes.push({ kind: 'add index', on, index: now });
      comment(changes, 'index', null, now.name, differs || along ? null : old.comment, now.comment);
    },
  });
  return changes;
}

/** An expression cannot be changed before PostgreSQL 17, nor a plain column become a generated one. */
function isMadeAnew({ generated: before }: CatalogColumn, { generated: after }: CatalogColumn): boolean {
  return after !== null && (before?.as !== after.as || before.stored !== after.stored);
}

function sameColumn(a: CatalogColumn, b: CatalogColumn): boolean {
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

function enumChanges(before: Catalog, after: Catalog, others: readonly Change[]): readonly Change[] {
  const changes: Change[] = [];
  each(before.enums, after.enums, {
    gone: (one) => changes.push({ kind: 'drop enum', enum: one }),
    come: (one) => {
      changes.push({ kind: 'create enum', enum: one });
      comment(changes, 'type', null, one.name, null, one.comment);
    },
    both: (old, now) => {
      comment(changes, 'type', null, now.name, old.comment, now.comment);
      if (old.values.join('\0') === now.values.join('\0')) return;
      const rebuild =
        !isSubsequence(old.values, now.values) || usesAny(others, now.name, added(old.values, now.values));
      changes.push({
        kind: 'change enum',
        before: old,
        after: now,
        columns: columnsOf(now.name, before, after),
        rebuild,
      });
    },
  });
  return changes;
}

function columnsOf(name: string, before: Catalog, after: Catalog): readonly EnumColumn[] {
  return [...before.tables.values()].flatMap((table) =>
    [...table.columns.values()].flatMap((column) => {
      const stays = after.tables.get(table.name)?.columns.has(column.name) === true;
      return column.enum === name && stays ? [{ on: table.name, column }] : [];
    }),
  );
}

function added(before: readonly string[], after: readonly string[]): readonly string[] {
  return after.filter((value) => !before.includes(value));
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const value of whole) if (value === part[at]) at += 1;
  return at === part.length;
}

/** Whether a new value is used by what changes with it: before PostgreSQL 17 not in the transaction that adds it. */
function usesAny(changes: readonly Change[], name: string, values: readonly string[]): boolean {
  const texts = changes.flatMap((change) => {
    if ('constraint' in change) return [change.constraint.definition];
    if ('index' in change) return [change.index.definition];
    if ('definition' in change) return [change.definition.definition];
    if (change.kind === 'alter column') return [change.after.default ?? ''];
    return change.kind === 'add column' ? [change.column.default ?? '', change.column.generated?.as ?? ''] : [];
  });
  return values.some((value) => {
    const constant = `'${value.replaceAll("'", "''")}'::`;
    return texts.some((text) => text.includes(`${constant}${name}`) || text.includes(`${constant}"${name}"`));
  });
}
