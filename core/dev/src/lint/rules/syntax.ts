import type { RuleFinding } from '../finding.ts';

/** Reports SQL that PostgreSQL's parser rejects, from the details of the parser's SQL_SYNTAX. */
export function syntax(
  sql: string,
  { message, line, excerpt }: { readonly message: string; readonly line: number; readonly excerpt: string },
): RuleFinding {
  const at = { sql, statement: excerpt, line };
  return { rule: 'syntax', object: null, message: `${message}.`, safer: null, at };
}
