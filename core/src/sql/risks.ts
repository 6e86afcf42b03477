import type { SchemaHistory } from './schema-history.ts';

/** Something that a statement may do to a database in use. */
export interface Risk {
  readonly rule: string;
  /** The statement's text. */
  readonly statement: string;
  /** Its line in the SQL, from 1. */
  readonly line: number;
  /** What it happens to: `core_object.likes_count`. */
  readonly object: string;
  readonly message: string;
  /** The safer form, to copy; `null` where there is none. */
  readonly safer: string | null;
}

/** What risks are judged by. */
export interface RiskContext {
  /** What is there before the SQL. Default: nothing is known of it. */
  readonly history?: SchemaHistory;
  /** Whether it runs in a transaction. Default: it does. */
  readonly transaction?: boolean;
}

/** The risks of a piece of SQL, statement by statement. Throws SQL_SYNTAX. */
export async function risksOf(sql: string, context: RiskContext = {}): Promise<readonly Risk[]> {
  void [sql, context];
  return [];
}
