import type { Catalog } from '@headwater/kernel/internal';
import type { Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { enumChanges } from './enum-difference.ts';
import { each } from './compare-maps.ts';
import { newTableChanges, tableChanges } from './table-difference.ts';

/** How to compare. */
export interface DifferenceOptions {
  /**
   * Whether what is not in `after` is dropped also where entities need not, or cannot, declare it, so that it is no wonder
   * that it is missing there: views, functions, triggers, policies, exclusion constraints, row security, and comments of
   * anything but tables and columns. Default false.
   */
  readonly undefine?: boolean;
}

/** What leads from `before` to `after`, by name and in no order that matters: renames are never guessed. */
export function differenceOf(
  before: Catalog,
  after: Catalog,
  { undefine = false }: DifferenceOptions = {},
): readonly Change[] {
  const schemas: Change[] = [];
  each(before.schemas, after.schemas, {
    gone: (schema) => schemas.push({ kind: 'drop schema', schema }),
    come: (schema) =>
      schemas.push({ kind: 'create schema', schema }, ...commentChanges('schema', null, null, schema, undefine)),
    both: (old, now) => schemas.push(...commentChanges('schema', null, old, now, undefine)),
  });
  const definitions = definitionChanges(before, after, undefine);
  const tables = (rebuilt: ReadonlySet<string>): readonly Change[] =>
    changesOfTables(before, after, { undefine, rebuilt });
  const settled = tables(new Set());
  const enums = enumChanges(before, after, [...settled, ...definitions], undefine);
  const rebuilt = new Set(
    enums.flatMap((change) => (change.kind === 'change enum' && change.rebuild ? [change.after.name] : [])),
  );
  // What names a constant of an enum has to go while its type is made anew.
  return [...schemas, ...(rebuilt.size === 0 ? settled : tables(rebuilt)), ...definitions, ...enums];
}

function changesOfTables(
  before: Catalog,
  after: Catalog,
  options: Parameters<typeof tableChanges>[2],
): readonly Change[] {
  const changes: Change[] = [];
  each(before.tables, after.tables, {
    gone: (table) => changes.push({ kind: 'drop table', table }),
    come: (table) => changes.push({ kind: 'create table', table }, ...newTableChanges(table)),
    both: (old, now) => changes.push(...tableChanges(old, now, options)),
  });
  return changes;
}

const views = ['view', 'materialized view'];

function definitionChanges(before: Catalog, after: Catalog, undefine: boolean): readonly Change[] {
  const changes: Change[] = [];
  each(before.definitions, after.definitions, {
    gone: (definition) => {
      const { name, table } = definition;
      // What was on a table goes with it.
      const goesAlong = table !== null && !after.tables.has(table);
      // A table, or a view of the other kind, takes its name.
      const isReplaced =
        table === null && (after.tables.has(name) || views.some((kind) => after.definitions.has(`${kind} ${name}`)));
      if ((undefine && !goesAlong) || isReplaced) changes.push({ kind: 'undefine', definition });
    },
    come: (definition) => changes.push({ kind: 'define', definition }),
    both: (old, now) => {
      if (old.definition !== now.definition) changes.push({ kind: 'redefine', before: old, definition: now });
    },
  });
  return changes;
}
