import { factsOf, openDraft, type Facts } from './statement-effects.ts';
import { sqlBodyOf } from './create-function.ts';
import { here } from '../ownership/unattributed-sql.ts';
import { trackStatement, type Author } from '../ownership/track-statement.ts';
import { trackedSchema, type TrackedSchema } from '../ownership/tracked-schema.ts';
import type { TrackedObjects } from '../ownership/tracked-object.ts';
import { parseSql, type ParsedStatement } from './parse-sql.ts';
import { readStatement } from './statement.ts';

/** One statement of a piece of SQL and what it says. */
export interface SqlStatement extends ParsedStatement, Facts {}

/** A piece of SQL, understood as far as parsing can tell. */
export interface SqlReading {
  /** In the order in which they are written. */
  readonly statements: readonly SqlStatement[];
}

/**
 * Reads SQL by PostgreSQL's own parser, without a database. The names that PostgreSQL chooses by itself depend on those
 * that are taken: `before` is what is there before it (`SchemaHistory.objects`). Default: nothing. Throws SQL_SYNTAX, and
 * nothing else, for any text.
 */
export async function readSql(sql: string, before?: TrackedObjects): Promise<SqlReading> {
  return Object.freeze({ statements: await trackSql(sql, trackedSchema(before), here) });
}

/** Reads SQL as the next that happens to a schema, which is afterwards what is there after it. Throws SQL_SYNTAX first. */
export async function trackSql(sql: string, schema: TrackedSchema, author: Author): Promise<readonly SqlStatement[]> {
  const statements: SqlStatement[] = [];
  for (const parsed of await parseSql(sql)) {
    const draft = openDraft(schema.isNamed);
    readStatement(parsed.node, draft);
    const body = sqlBodyOf(parsed.node);
    if (body !== null) draft.needs.push(...(await needsOfBody(body)));
    const facts = factsOf(draft);
    trackStatement(schema, facts, author);
    statements.push(Object.freeze({ ...parsed, ...facts }));
  }
  return Object.freeze(statements);
}

/** What the body of a function in SQL names. Its parameters look like columns, so that no column in it is sure. */
async function needsOfBody(body: string): Promise<Facts['needs']> {
  const draft = openDraft(() => false);
  try {
    for (const { node } of await parseSql(body)) readStatement(node, draft);
  } catch {
    // The server will refuse it in better words.
    return [];
  }
  return draft.needs.map((need) =>
    need.kind === 'column' && need.table !== null ? { ...need, table: null, among: [need.table] } : need,
  );
}
