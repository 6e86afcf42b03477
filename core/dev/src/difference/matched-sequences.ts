import type {
  Catalog,
  CatalogColumn,
  CatalogSequence,
  CatalogSetting,
  CatalogTable,
} from '@headwater/kernel/internal/catalog';
import { objectKey, settingKey } from '@headwater/kernel/internal/sql';
import { columnKey, columnName } from './change.ts';
import {
  isOfSequence,
  isUsualSequence,
  keepsSequence,
  owningColumn,
  printedName,
  serialOf,
} from './column-sequence.ts';

/** A catalog before a change, and after it. */
type Pair = readonly [before: Catalog, after: Catalog];

/**
 * Returns two catalogs in which the same sequence has the same form and the same name, so that comparing them finds only
 * the differences that need a statement. See {@link withExplicitSequences} and {@link withNewNames}.
 */
export function withMatchedSequences(pair: Pair): Pair {
  const [before, after] = withExplicitSequences(pair);
  return [withNewNames(before, after), after];
}

/**
 * Returns two catalogs in which the sequences of some serial columns are definitions with an owning column: those that
 * belong to another column or to none in the other catalog, and those whose name `serial` would not choose. As definitions
 * they keep their values and everything that uses them.
 */
function withExplicitSequences([before, after]: Pair): Pair {
  const [old, now] = [serialsOf(before), serialsOf(after)];
  const names = new Set<string>();
  for (const [name, one] of now) {
    const was = old.get(name);
    if (was === undefined ? isCreatedWithOtherName(before, one) : was.key !== one.key) names.add(name);
    if (before.definitions.has(sequenceKey(name))) names.add(name);
  }
  for (const name of old.keys()) if (after.definitions.has(sequenceKey(name))) names.add(name);
  if (names.size === 0) return [before, after];
  return [explicit(before, old, names), explicit(after, now, names)];
}

interface Serial {
  readonly table: CatalogTable;
  readonly column: CatalogColumn;
  /** The key of the column. */
  readonly key: string;
}

function serialsOf({ tables }: Catalog): ReadonlyMap<string, Serial> {
  return new Map(
    [...tables.values()].flatMap((table) =>
      [...table.columns.values()].flatMap((column): [string, Serial][] => {
        const name = serialOf(column);
        const key = columnKey(table.name, column.name);
        return name === null ? [] : [[name, { table, column, key }]];
      }),
    ),
  );
}

/** Whether a column is created with a sequence whose name `serial` would not choose. */
function isCreatedWithOtherName({ tables }: Catalog, { table, column }: Serial): boolean {
  const old = tables.get(table.name)?.columns.get(column.name);
  const isNew = old === undefined || old.generated !== null;
  return isNew && !isUsualSequence(serialOf(column) ?? '', table.name, column.name);
}

function explicit(catalog: Catalog, serials: ReadonlyMap<string, Serial>, names: ReadonlySet<string>): Catalog {
  const found = new Map([...serials].filter(([name]) => names.has(name)));
  if (found.size === 0) return catalog;
  const byColumn = new Map(Array.from(found, ([name, { key }]) => [key, name]));
  const tables = new Map(catalog.tables);
  const definitions = new Map(catalog.definitions);
  const settings = Array.from(catalog.settings.values(), (setting): CatalogSetting | null => {
    const name = byColumn.get(objectKey(setting.of));
    if (name === undefined || !isOfSequence(setting)) return setting;
    // The definition contains the options, and the persistence is added below.
    const own = setting.name.replace(/ of the sequence$/, '');
    return own === 'sequence' || own === 'persistence' ? null : { ...setting, of: addressOf(name), name: own };
  });
  for (const [name, { table, column }] of found) {
    const { sequence } = column;
    if (sequence === null) continue;
    const { definition, next, isUnlogged, set, reset } = sequence;
    const current = tables.get(table.name) ?? table;
    const columns = new Map(current.columns).set(column.name, { ...column, sequence: null, default: next });
    tables.set(table.name, { ...current, columns });
    const uses = [table.name, columnName(table.name, column.name)];
    definitions.set(sequenceKey(name), { kind: 'sequence', table: null, name, definition, uses });
    settings.push({ of: addressOf(name), name: owningColumn, set, reset });
    const alter = (action: string): string => `alter sequence ${printedName(sequence)} ${action};`;
    if (isUnlogged)
      settings.push({
        of: addressOf(name),
        name: 'persistence',
        set: alter('set unlogged'),
        reset: alter('set logged'),
      });
  }
  const kept = settings.filter((setting) => setting !== null);
  return { ...catalog, tables, definitions, settings: new Map(kept.map((one) => [settingKey(one), one])) };
}

/**
 * Returns a catalog in which everything that uses a sequence has the name that the sequence has in `after`. PostgreSQL
 * renames the sequence of a column, and everything that uses it follows.
 */
function withNewNames(before: Catalog, after: Catalog): Catalog {
  const names = [...before.tables.values()].flatMap(({ name, columns }) =>
    [...columns.values()].flatMap((old) => {
      const now = after.tables.get(name)?.columns.get(old.name);
      if (old.sequence === null || now === undefined || now.sequence === null) return [];
      const isRenamed = keepsSequence(old, now) && old.sequence.name !== now.sequence.name;
      return isRenamed ? [[reference(old.sequence), reference(now.sequence)] as const] : [];
    }),
  );
  if (names.length === 0) return before;
  const renamed = (text: string): string => names.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const renamedAll = <T extends { readonly definition: string }>(all: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map(Array.from(all, ([key, one]) => [key, { ...one, definition: renamed(one.definition) }]));
  const tables = Array.from(before.tables, ([key, table]): [string, CatalogTable] => {
    const columns = Array.from(table.columns, ([name, column]): [string, CatalogColumn] => [
      name,
      { ...column, default: column.default === null ? null : renamed(column.default) },
    ]);
    return [key, { ...table, columns: new Map(columns), constraints: renamedAll(table.constraints) }];
  });
  const settings = Array.from(before.settings, ([key, setting]): [string, CatalogSetting] => [
    key,
    { ...setting, set: renamed(setting.set), reset: renamed(setting.reset) },
  ]);
  const definitions = renamedAll(before.definitions);
  return { ...before, tables: new Map(tables), definitions, settings: new Map(settings) };
}

/** Returns a sequence as PostgreSQL prints it in an expression: `'core_object_id_seq'::regclass`. */
function reference({ next }: CatalogSequence): string {
  return next.slice('nextval('.length, -1);
}

function addressOf(name: string): CatalogSetting['of'] {
  return { kind: 'sequence', table: null, name };
}

function sequenceKey(name: string): string {
  return objectKey(addressOf(name));
}
