import { isTemporary, qualifyTemporary } from './temporary-objects.ts';
import type { TrackedObjects } from './tracked-object.ts';
import { trackedSchema, type TrackedSchema } from './tracked-schema.ts';
import { trackStatement, type Author } from './track-statement.ts';
import { unattributed } from './unattributed-sql.ts';
import { sqlBodyOf } from './create-function.ts';
import { parseSql, type ParsedStatement } from './parse-sql.ts';
import { readStatement } from './statement.ts';
import { closeDraft, openDraft, type StatementEffects } from './statement-effects.ts';

/** A statement with its effects. */
export interface SqlStatement extends ParsedStatement, StatementEffects {}

/** The statements in a piece of SQL, in order. */
export interface SqlReading {
  readonly statements: readonly SqlStatement[];
}

/**
 * Reads SQL with PostgreSQL's own parser, without a database. `before` holds the objects that exist before the SQL runs
 * (`SchemaHistory.objects`; default: none). They matter because the default names that PostgreSQL chooses depend on the
 * names already taken. Throws SQL_SYNTAX, and no other error, for text that cannot be parsed.
 */
export async function readSql(sql: string, before?: TrackedObjects): Promise<SqlReading> {
  return Object.freeze({ statements: await trackSql(sql, trackedSchema(before), unattributed) });
}

/**
 * Reads SQL and applies its effects to `schema`. Throws SQL_SYNTAX before it applies any. Calls `onStatement` with each
 * statement before its effects are applied.
 */
export async function trackSql(
  sql: string,
  schema: TrackedSchema,
  author: Author,
  onStatement?: (statement: SqlStatement) => void,
): Promise<readonly SqlStatement[]> {
  const statements: SqlStatement[] = [];
  const temporary = new Set<string>();
  for (const parsed of await parseSql(sql)) {
    qualifyTemporary(parsed.node, temporary);
    const draft = openDraft(schema.isNameTaken);
    readStatement(parsed.node, draft);
    const body = sqlBodyOf(parsed.node);
    if (body !== null) draft.needs.push(...(await needsOfBody(body)));
    const statement = Object.freeze({ ...parsed, ...closeDraft(draft) });
    onStatement?.(statement);
    trackStatement(schema, statement, author);
    statements.push(statement);
  }
  // PostgreSQL drops temporary objects when the revision ends.
  if (temporary.size > 0 || sql.includes('pg_temp')) {
    for (const object of schema.objects.values().toArray()) if (isTemporary(object)) schema.remove(object);
  }
  return Object.freeze(statements);
}

/** Returns the needs of a function body. Since parameters look like columns, the table of every column is uncertain. */
async function needsOfBody(body: string): Promise<StatementEffects['needs']> {
  const draft = openDraft(() => false);
  try {
    for (const { node } of await parseSql(body)) readStatement(node, draft);
  } catch {
    // The server rejects the body with a better message.
    return [];
  }
  return draft.needs.map((need) =>
    need.kind === 'column' && need.table !== null ? { ...need, table: null, among: [need.table] } : need,
  );
}
