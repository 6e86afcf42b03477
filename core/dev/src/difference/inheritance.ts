import type { Catalog, CatalogColumn, CatalogSetting, CatalogTable } from '@headwater/kernel/internal/catalog';
import { quoteName } from '@headwater/kernel/internal/sql';
import { alterColumnSql } from './alter-column-sql.ts';
import type { Change, ChangeOf } from './change.ts';
import { compareMaps } from './compare-maps.ts';

/** Tables by name. */
type Tables = Catalog['tables'];

/** Returns the changes to the parents of a table. It leaves parents before its other changes, and joins them after. */
export function parentChanges(before: CatalogTable, after: CatalogTable): readonly Change[] {
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

/**
 * Returns a version of a table in which only parts of parents that both versions have are inherited. The table keeps the
 * parts of a parent that it leaves as its own, and must have all parts of a parent before it joins that parent. A check
 * that a parent has is inherited even if the table declares it too.
 */
export function withLastingParents(table: CatalogTable, other: CatalogTable, tables: Tables): CatalogTable {
  if (table.inherits.length === 0) return table;
  const inherits = table.inherits.filter((parent) => other.inherits.includes(parent));
  const parents = parentsOf({ inherits }, tables);
  // A foreign table, which is no table of the catalog.
  const hasOtherParent = parents.length < inherits.length;
  const columns = Array.from(table.columns, ([name, column]) => {
    const inherited = column.inherited && (hasOtherParent || parents.some((parent) => parent.columns.has(name)));
    return [name, { ...column, inherited }] as const;
  });
  const constraints = Array.from(table.constraints, ([name, one]) => {
    const inherited = (one.inherited && hasOtherParent) || (one.kind === 'check' && parents.some(passesOn(name)));
    return [name, { ...one, inherited }] as const;
  });
  return { ...table, inherits, columns: new Map(columns), constraints: new Map(constraints) };
}

/** Returns a function that tells whether the children of a table inherit its constraint with a name. */
function passesOn(name: string): (parent: CatalogTable) => boolean {
  return ({ constraints }) => {
    const found = constraints.get(name);
    return found?.kind === 'check' && !/ NO INHERIT(?: NOT \w+)*$/.test(found.definition);
  };
}

/** Returns the tables that a table inherits from directly. */
export function parentsOf({ inherits }: Pick<CatalogTable, 'inherits'>, tables: Tables): readonly CatalogTable[] {
  return inherits.flatMap((name) => tables.get(name) ?? []);
}

/**
 * Returns the changes that give an inherited column the default and the nullability that differ from those of the parent,
 * which a new column has.
 */
export function inheritedColumnChanges(
  on: string,
  column: CatalogColumn,
  parents: readonly CatalogTable[],
): readonly ChangeOf<'setting'>[] {
  const parent = parents.flatMap(({ columns }) => columns.get(column.name) ?? []).at(-1);
  if (parent === undefined || column.generated !== null) return [];
  const object = { kind: 'column', table: on, name: column.name };
  const arrivals = [
    ['default', { ...column, default: inheritedDefault(parent) }],
    ['nullity', { ...column, notNull: parent.notNull }],
  ] as const;
  return arrivals.flatMap(([name, before]): readonly ChangeOf<'setting'>[] => {
    const [set, reset] = [alterColumnSql(on, before, column), alterColumnSql(on, column, before)];
    const after = { of: object, name, set: set.join('\n'), reset: reset.join('\n') };
    return set.length === 0 ? [] : [{ kind: 'setting', object, name, before: null, after }];
  });
}

/** Whether the default of a column changes in a parent. `alter table` on the parent then sets it on all children. */
export function changesDefault(
  column: string,
  parents: Readonly<Record<'before' | 'after', readonly CatalogTable[]>>,
): boolean {
  const defaults = (tables: readonly CatalogTable[]): ReadonlyMap<string, string | null> =>
    new Map(
      tables.flatMap(({ name, columns }) => {
        const found = columns.get(column);
        if (found === undefined) return [];
        const expression = inheritedDefault(found);
        // A change of its type sets the default again.
        return [[name, expression === null ? null : [expression, found.type, found.collation].join(' ')] as const];
      }),
    );
  const after = defaults(parents.after);
  return defaults(parents.before)
    .entries()
    .some(([table, expression]) => after.has(table) && after.get(table) !== expression);
}

/** A child inherits the default of a serial column, but not the sequence. */
function inheritedDefault({ identity, sequence, default: expression }: CatalogColumn): string | null {
  return identity === null && sequence !== null ? sequence.next : expression;
}
