import { transactionConflict, type SqlStatement } from '@headwater/kernel/internal/sql';
import type { RuleFinding } from '../finding.ts';

/** Reports statements that are refused because of their revision's `transaction` setting. */
export function transactionConflicts(
  sql: string,
  statements: readonly SqlStatement[],
  transaction: boolean,
): readonly RuleFinding[] {
  return statements.flatMap(({ node, text, line }): readonly RuleFinding[] => {
    const conflict = transactionConflict(node, transaction);
    if (conflict === null) return [];
    const message = `${conflict.problem} ${conflict.advice}`;
    return [{ rule: 'transaction-conflict', object: null, message, safer: null, at: { sql, statement: text, line } }];
  });
}
