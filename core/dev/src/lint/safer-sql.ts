/** Quotes a name that may be qualified by its schema, for SQL. */
export function quotedName(name: string): string {
  const parts = name.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [name];
  return parts.map((part) => (part.startsWith('"') ? part : `"${part}"`)).join('.');
}

/** Returns the fields of a revision that builds an index without blocking writes. `name` may be qualified. */
export function concurrentIndexFields(name: string, statement: string): string {
  const quoted = quotedName(name);
  return [
    'transaction: false,',
    `up: sql\`${statement}\`,`,
    `check: sql\`select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('${quoted.replaceAll("'", "''")}')), false)\`,`,
    `down: sql\`drop index concurrently ${quoted}\`,`,
  ].join('\n');
}

/** Returns the SQL and the steps that replace a column by one of another name or type while the application runs. */
export function replaceColumn(table: string, column: string, replacement: string, type: string): string {
  const on = quotedName(table);
  return [
    `alter table ${on} add column ${quotedName(replacement)} ${type} null;`,
    '-- write both from the application, fill the new one in batches, then read the new one; in a later release:',
    `alter table ${on} drop column ${quotedName(column)};`,
  ].join('\n');
}
