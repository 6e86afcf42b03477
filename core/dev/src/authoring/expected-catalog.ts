import type {
  Catalog,
  CatalogColumn,
  CatalogConstraint,
  CatalogDefinition,
  CatalogIndex,
  CatalogTable,
} from '@headwater/kernel/internal/catalog';
import { nameText, objectKey, parseName, type ObjectAddress } from '@headwater/kernel/internal/sql';
import { columnName } from '../difference/change.ts';
import { withMatchedSequences } from '../difference/matched-sequences.ts';
import { hasRelation } from '../difference/setting-difference.ts';
import type { IsRecorded } from './declared-record.ts';
import { expectedSettings } from './expected-settings.ts';

/** The objects that an expected catalog leaves out although the database has them. */
export interface LeftOut {
  /** Whether entities declared an object or a property. */
  readonly isRecorded: IsRecorded;
  /** Whether the author asked to drop an object. */
  readonly isDropped: (object: ObjectAddress) => boolean;
}

/**
 * Returns the catalog that the entities expect: what they declare, and everything that revisions made by hand. `old`
 * is the catalog of the revisions, and `entities` that of the entities alone. What is neither recorded nor dropped is
 * kept, unless something that an entity declares takes its place.
 */
export function expectedCatalog(old: Catalog, entities: Catalog, leftOut: LeftOut): Catalog {
  const [before, declared] = withMatchedSequences([old, entities]);
  const isKept = (object: ObjectAddress): boolean => !leftOut.isRecorded(object) && !leftOut.isDropped(object);
  const withComment = <T extends Commented>(object: ObjectAddress, old: T | undefined, now: T): T =>
    now.comment === null && old !== undefined && !leftOut.isRecorded(object, 'comment')
      ? { ...now, comment: old.comment }
      : now;

  const mergedTable = (old: CatalogTable, now: CatalogTable): CatalogTable => {
    const of = now.name;
    const parts = <T extends Commented & { readonly name: string }>(
      kind: string,
      [olds, nows]: readonly [ReadonlyMap<string, T>, ReadonlyMap<string, T>],
      remains: (part: T) => boolean,
    ): ReadonlyMap<string, T> =>
      new Map([
        ...Array.from(nows, ([name, one]): [string, T] => [
          name,
          withComment({ kind, table: of, name }, olds.get(name), one),
        ]),
        ...[...olds].filter(([name, one]) => !nows.has(name) && isKept({ kind, table: of, name }) && remains(one)),
      ]);
    const columns = parts<CatalogColumn>('column', [old.columns, now.columns], () => true);
    const hasColumns = (names: readonly string[]): boolean => names.every((name) => columns.has(name));
    const security = { kind: 'row security', table: null, name: of };
    return {
      ...withComment({ kind: 'table', table: null, name: of }, old, now),
      columns,
      constraints: parts<CatalogConstraint>(
        'constraint',
        [old.constraints, now.constraints],
        (one) => hasColumns(one.columns) && !now.indexes.has(one.name) && !isReplacedConstraint(one, old, now),
      ),
      indexes: parts<CatalogIndex>(
        'index',
        [old.indexes, now.indexes],
        (one) => hasColumns(one.covers) && !now.constraints.has(one.name) && !isReplacedIndex(one, old, now),
      ),
      partitions: new Map([
        ...Array.from(now.partitions, ([name, one]) => {
          // Entities declare no partitions of partitions.
          const partitionBy = one.partitionBy ?? old.partitions.get(name)?.partitionBy ?? null;
          return [name, { ...one, partitionBy }] as const;
        }),
        ...[...old.partitions].filter(
          ([name]) => !now.partitions.has(name) && isKept({ kind: 'partition', table: of, name }),
        ),
      ]),
      inherits: [...new Set([...old.inherits, ...now.inherits])],
      rowSecurity:
        now.rowSecurity === 'off' && !leftOut.isRecorded(security)
          ? old.rowSecurity
          : now.rowSecurity === 'on' && old.rowSecurity === 'forced' && !leftOut.isRecorded(security, 'force')
            ? 'forced'
            : now.rowSecurity,
    };
  };

  const isFree = (name: string): boolean => !hasRelation(declared, name);
  const tables = withoutOrphanedColumns([
    ...[...before.tables].flatMap(([name, old]): readonly [string, CatalogTable][] => {
      const now = declared.tables.get(name);
      if (now !== undefined) return [[name, mergedTable(old, now)]];
      return isFree(name) && isKept({ kind: 'table', table: null, name }) ? [[name, old]] : [];
    }),
    ...[...declared.tables].filter(([name]) => !before.tables.has(name)),
  ]);
  const lost = lostNames(before, tables);
  const definitions = expectedDefinitions({ before, declared, tables, lost }, isKept, leftOut);
  const made = [...definitions].flatMap(([key, { definition }]) => (declared.definitions.has(key) ? [] : [definition]));
  const isUsedEnum = (name: string): boolean =>
    tables.values().some(({ columns }) => columns.values().some((column) => column.enum === name)) ||
    made.some((text) => mentions(text, name));
  const enums = new Map([
    ...[...before.enums].flatMap(([name, old]) => {
      const object = { kind: 'type', table: null, name };
      const now = declared.enums.get(name);
      if (now !== undefined) return [[name, withComment(object, old, now)] as const];
      return isKept(object) || (isUsedEnum(name) && !leftOut.isDropped(object)) ? [[name, old] as const] : [];
    }),
    ...[...declared.enums].filter(([name]) => !before.enums.has(name)),
  ]);
  const schemas = new Map([
    ...declared.schemas,
    ...[...before.schemas].filter(([name]) => !leftOut.isDropped({ kind: 'schema', table: null, name })),
  ]);
  const after = { ...before, schemas, enums, tables, definitions };
  return { ...after, settings: expectedSettings({ before, declared, after, lost, isRecorded: leftOut.isRecorded }) };
}

/** Returns the tables without the inherited columns that no parent has anymore, and without what covers such a column. */
function withoutOrphanedColumns(all: readonly (readonly [string, CatalogTable])[]): Map<string, CatalogTable> {
  const tables = new Map(all);
  const isKept = (table: CatalogTable, { name, inherited }: CatalogColumn): boolean =>
    !inherited ||
    table.inherits.some((parent) => {
      const from = tables.get(parent);
      const column = from?.columns.get(name);
      return from !== undefined && column !== undefined && isKept(from, column);
    });
  return new Map(
    all.map(([name, table]) => {
      const columns = new Map([...table.columns].filter(([, column]) => isKept(table, column)));
      if (columns.size === table.columns.size) return [name, table];
      const hasColumns = (names: readonly string[]): boolean => names.every((column) => columns.has(column));
      const constraints = new Map([...table.constraints].filter(([, one]) => hasColumns(one.columns)));
      const indexes = new Map([...table.indexes].filter(([, one]) => hasColumns(one.covers)));
      return [name, { ...table, columns, constraints, indexes }];
    }),
  );
}

/** Whether a definition contains a name. A function hides what it uses, so a name in its body counts. */
function mentions(definition: string, name: string): boolean {
  const word = /[\w$]/;
  const last = parseName(name).name;
  for (let at = definition.indexOf(last); at >= 0; at = definition.indexOf(last, at + 1)) {
    if (!word.test(definition.charAt(at - 1)) && !word.test(definition.charAt(at + last.length))) return true;
  }
  return false;
}

interface Commented {
  readonly comment: string | null;
}

/**
 * Whether a declared constraint that is new takes the place of one that was made by hand: the same constraint under
 * another name, another version of a foreign key, or the only primary key.
 */
function isReplacedConstraint(made: CatalogConstraint, old: CatalogTable, now: CatalogTable): boolean {
  return now.constraints
    .values()
    .filter(({ name, kind }) => !old.constraints.has(name) && kind === made.kind)
    .some(
      ({ kind, definition, columns, references }) =>
        kind === 'primary key' ||
        definition === made.definition ||
        (references !== null &&
          references.table === made.references?.table &&
          columns.toSorted().join('\0') === made.columns.toSorted().join('\0')),
    );
}

/** Whether a declared index that is new is the same as one that was made by hand under another name. */
function isReplacedIndex(made: CatalogIndex, old: CatalogTable, now: CatalogTable): boolean {
  return now.indexes
    .values()
    .some(
      ({ name, definition, unique }) =>
        !old.indexes.has(name) && definition === made.definition && unique === made.unique,
    );
}

/** The tables that are expected, and the catalogs that they come from. */
interface ExpectedTables extends Pick<Catalog, 'tables'> {
  readonly before: Catalog;
  readonly declared: Catalog;
  /** The tables and columns that are dropped. */
  readonly lost: ReadonlySet<string>;
}

/** Returns the definitions of entities, and the others as revisions left them, in the order of their creation. */
function expectedDefinitions(
  { before, declared, tables, lost }: ExpectedTables,
  isKept: (object: ObjectAddress) => boolean,
  { isDropped }: LeftOut,
): Catalog['definitions'] {
  const found = new Map<string, CatalogDefinition>();
  const later: CatalogDefinition[] = [];
  for (const [key, old] of before.definitions) {
    const now = declared.definitions.get(key);
    if (now !== undefined) found.set(key, now);
    else if (isKept(old) && (old.table !== null || !hasRelation(declared, old.name))) found.set(key, old);
    else if (!isDropped(old)) later.push(old);
  }
  for (const [key, now] of declared.definitions) if (!before.definitions.has(key)) found.set(key, now);
  for (const [key, { kind, name, table, uses }] of found) {
    // PostgreSQL drops what is on a table or a view with it, and statistics and owned sequences with a column. A sequence
    // that something else uses stays.
    const isDroppedWithTable = table !== null && !hasRelation({ ...before, tables, definitions: found }, table);
    const isDroppedWithColumn =
      (kind === 'statistics' || (kind === 'sequence' && !isUsedSequence(name, tables, found))) &&
      uses.some((one) => lost.has(one));
    if (isDroppedWithTable || isDroppedWithColumn) found.delete(key);
  }
  // A trigger that was made by hand may call the function of a trigger that an entity declared.
  const calls = (trigger: CatalogDefinition, name: string): boolean => calledFunction(trigger) === name;
  for (const definition of later) {
    const isCalled = found.values().some((one) => one.kind === 'trigger' && calls(one, definition.name));
    if (definition.kind === 'function' && isCalled) found.set(objectKey(definition), definition);
  }
  return found;
}

/** Whether a default or a definition takes values from a sequence. */
function isUsedSequence(sequence: string, tables: Catalog['tables'], definitions: Catalog['definitions']): boolean {
  const defaults = tables.values().flatMap(({ columns }) => columns.values().map((column) => column.default ?? ''));
  const texts = definitions.values().flatMap((one) => (one.name === sequence ? [] : [one.definition]));
  return [...defaults, ...texts].some((text) => text.includes('nextval(') && mentions(text, sequence));
}

/** Returns the tables and columns that are dropped, as `CatalogDefinition.uses` names them. */
function lostNames(before: Catalog, tables: Catalog['tables']): ReadonlySet<string> {
  return new Set(
    [...before.tables.values()].flatMap(({ name, columns }) => {
      const kept = tables.get(name)?.columns;
      if (kept === undefined) return [name];
      return [...columns.keys()].flatMap((column) => (kept.has(column) ? [] : [columnName(name, column)]));
    }),
  );
}

/** Returns the function that a trigger calls, as a catalog names it. */
export function calledFunction({ definition }: Pick<CatalogDefinition, 'definition'>): string | null {
  const quoted = / EXECUTE (?:FUNCTION|PROCEDURE) ((?:"(?:[^"]|"")*"|[^"(])+)\(/.exec(definition)?.[1];
  return quoted === undefined ? null : `${unquoted(quoted)}()`;
}

/** Returns a name that `quoteName` or PostgreSQL has quoted as a catalog stores it. */
function unquoted(quoted: string): string {
  const parts = quoted.match(/"(?:[^"]|"")*"|[^".]+/g) ?? [quoted];
  const plain = parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
  const [first = '', second] = plain;
  const name = second === undefined ? { schema: 'public', name: first } : { schema: first, name: second };
  return nameText(name);
}
