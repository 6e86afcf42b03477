import { factsOf, openDraft, type Facts } from './facts.ts';
import { sqlBodyOf } from './function.ts';
import { here } from './here.ts';
import { follow, type Objects } from './history-step.ts';
import { isNamed, type MadeObjects } from './made-object.ts';
import { parseSql, type ParsedStatement } from './parse.ts';
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
export async function readSql(sql: string, before: MadeObjects = new Map()): Promise<SqlReading> {
  const objects: Objects = new Map(before);
  const statements: SqlStatement[] = [];
  for (const parsed of await parseSql(sql)) {
    const draft = openDraft((name) => isNamed(objects, name));
    readStatement(parsed.node, draft);
    const body = sqlBodyOf(parsed.node);
    if (body !== null) draft.needs.push(...(await needsOfBody(body)));
    const facts = factsOf(draft);
    follow(objects, facts, here);
    statements.push(Object.freeze({ ...parsed, ...facts }));
  }
  return Object.freeze({ statements: Object.freeze(statements) });
}

/** What the body of a function in SQL names; its parameters look like columns of nothing, and stay out. */
async function needsOfBody(body: string): Promise<Facts['needs']> {
  const draft = openDraft(() => false);
  try {
    for (const { node } of await parseSql(body)) readStatement(node, draft);
  } catch {
    // The server will refuse it in better words.
    return [];
  }
  return draft.needs;
}
