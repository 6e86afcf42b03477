import type { RuleFinding } from '../finding.ts';

/** Reports SQL that PostgreSQL's parser rejects. The finding comes from the details of the SQL_SYNTAX error. */
export function syntax(
  sql: string,
  { message, line, excerpt }: { readonly message: string; readonly line: number; readonly excerpt: string },
): RuleFinding {
  const at = { sql, statement: excerpt, line };
  return { rule: 'syntax', object: null, message: `${message}.`, safer: null, at };
}
