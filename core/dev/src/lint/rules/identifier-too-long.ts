import { longestName, identifierIn, scanSql, type SqlStatement } from '@headwater/kernel/internal/sql';
import type { RuleFinding } from '../finding.ts';

/** Reports names that PostgreSQL would truncate, each once. */
export async function identifierTooLong(
  sql: string,
  statements: readonly SqlStatement[],
): Promise<readonly RuleFinding[]> {
  const tokens = statements.length === 0 ? [] : await scanSql(sql);
  const found = new Map<string, number>();
  for (const token of tokens) {
    const name = identifierIn(token);
    if (name !== null && Buffer.byteLength(name) > longestName && !found.has(name)) found.set(name, token.line);
  }
  return Array.from(found, ([name, line]) => {
    // The name belongs to the last statement that begins on the same line or on an earlier one.
    const statement = statements.findLast((one) => one.line <= line) ?? statements[0];
    const message = `The name ${name} has ${Buffer.byteLength(name)} bytes; PostgreSQL truncates names to ${longestName}.`;
    const at = { sql, statement: statement?.text ?? '', line: statement?.line ?? line };
    return { rule: 'identifier-too-long', object: name, message, safer: null, at };
  });
}
