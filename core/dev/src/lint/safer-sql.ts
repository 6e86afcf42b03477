import {
  defaultName,
  lookupKey,
  nameText,
  parseName,
  partsOfTable,
  quoteLiteral,
  quoteName,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';

/** Returns the fields of a revision that builds an index without blocking writes. `name` may be qualified. */
export function concurrentIndexFields(name: string, statement: string): string {
  const quoted = quoteName(name);
  return [
    'transaction: false,',
    `up: sql\`${statement}\`,`,
    `check: sql\`select coalesce((select indisvalid from pg_index where indexrelid = to_regclass(${quoteLiteral(quoted)})), false)\`,`,
    `down: sql\`drop index concurrently ${quoted}\`,`,
  ].join('\n');
}

/** A column that replaces another one of its table. */
export interface Replacement {
  readonly table: string;
  readonly column: string;
  /** The name of the new column. */
  readonly by: string;
  /** Its type, as SQL. */
  readonly type: string;
}

/**
 * Returns the SQL and the steps for replacing a column, under a new name or type, while the application runs. `null` for
 * a view and for a composite type, where these steps are not possible.
 */
export function replaceColumn(objects: TrackedObjects, { table, column, by, type }: Replacement): string | null {
  if (!isTable(objects, table)) return null;
  const on = quoteName(table);
  const key = partsOfTable(objects, table).find(({ form }) => form === 'primary')?.columns ?? [];
  const references = objects
    .values()
    .filter(
      ({ form, references: to, referencedColumns = key }) =>
        form === 'foreign' && to === table && referencedColumns.includes(column),
    );
  return [
    `alter table ${on} add column ${quoteName(by)} ${type} null;`,
    '-- write both from the application, fill the new one in batches, then read the new one; in a later release, when no',
    '-- code and no view uses the old one:',
    ...references.map((key) => `alter table ${quoteName(key.table ?? '')} drop constraint ${quoteName(key.name)};`),
    `alter table ${on} drop column ${quoteName(column)};`,
  ].join('\n');
}

/** Whether a name is that of a table, or of an object that only SQL that cannot be read creates. */
function isTable(objects: TrackedObjects, name: string): boolean {
  const relation = objects.get(lookupKey({ kind: 'table', name, table: null }));
  const type = objects.get(lookupKey({ kind: 'type', name, table: null }));
  return relation === undefined ? type === undefined : relation.kind === 'table';
}

/** Returns the steps for making columns not null without a long lock. A check that proves it is validated first. */
export function setNotNull(table: string, columns: readonly string[]): string {
  const on = quoteName(table);
  const each = (line: (column: string, check: string) => string): readonly string[] =>
    columns.map((name) => line(quoteName(name), quoteName(defaultName(parseName(table).name, name, 'not_null'))));
  return [
    ...each((column, check) => `alter table ${on} add constraint ${check} check (${column} is not null) not valid;`),
    '-- in the next revision, without blocking reads or writes:',
    ...each((_, check) => `alter table ${on} validate constraint ${check};`),
    '-- in the revision after that:',
    ...each((column) => `alter table ${on} alter column ${column} set not null;`),
    ...each((_, check) => `alter table ${on} drop constraint ${check};`),
  ].join('\n');
}

/** Returns the steps for adding a constraint that is validated separately. `body` begins with `check` or `foreign key`. */
export function addValidated(table: string, constraint: string, body: string): string {
  const [on, name] = [quoteName(table), quoteName(constraint)];
  return [
    `alter table ${on} add constraint ${name} ${body} not valid;`,
    '-- in the next revision, without blocking reads or writes:',
    `alter table ${on} validate constraint ${name};`,
  ].join('\n');
}

/** Returns the partitions of a table that hold rows: those that are not partitioned themselves. */
export function leafPartitions(objects: TrackedObjects, table: string): readonly string[] {
  const partitions = objects.values().filter(({ partitionOf }) => partitionOf === table);
  return partitions
    .toArray()
    .flatMap(({ name, partitionKey }) => (partitionKey === undefined ? [name] : leafPartitions(objects, name)));
}

/** Whether a table is partitioned. It then has no rows of its own, and PostgreSQL refuses some statements. */
export function isPartitioned(objects: TrackedObjects, table: string): boolean {
  return objects.get(lookupKey({ kind: 'table', name: table, table: null }))?.partitionKey !== undefined;
}

/** Returns a free name for an index of a table, in the schema of the table. */
export function freeIndexName(objects: TrackedObjects, table: string, columns: string, label: string): string {
  const { schema, name } = parseName(table);
  for (let i = 0; ; i += 1) {
    const index = nameText({ schema, name: defaultName(name, columns, i === 0 ? label : `${label}${i}`) });
    const isTaken = ['index', 'constraint'].some((kind) =>
      objects
        .values()
        .some(
          (one) =>
            one.kind === kind && (one.name === index || (one.table === table && one.name === parseName(index).name)),
        ),
    );
    if (!isTaken) return index;
  }
}
