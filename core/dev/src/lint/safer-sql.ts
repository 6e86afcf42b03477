import { quoteLiteral, quoteName } from '@headwater/kernel/internal/sql';
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

/** Returns the SQL and the steps for replacing a column, under a new name or type, while the application runs. */
export function replaceColumn(table: string, column: string, replacement: string, type: string): string {
  const on = quoteName(table);
  return [
    `alter table ${on} add column ${quoteName(replacement)} ${type} null;`,
    '-- write both from the application, fill the new one in batches, then read the new one; in a later release:',
    `alter table ${on} drop column ${quoteName(column)};`,
  ].join('\n');
}
