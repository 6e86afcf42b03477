import { isCreatedInSameSql, nodesIn } from '@headwater/kernel/internal/sql';
import type { StatementFinding } from '../finding.ts';
import type { StatementContext, StatementRule } from '../statement-rule.ts';

/** Reports a use of a new enum value in the transaction that adds it, before the commit. */
export const enumValueInTransaction: StatementRule = { statement: usedTooEarly };

function usedTooEarly({ statement, objects, later, transaction }: StatementContext): readonly StatementFinding[] {
  const added = statement.changes.find(({ kind, value }) => kind === 'type' && value?.from === null);
  if (added?.value === undefined || !transaction || isCreatedInSameSql(objects, added)) return [];
  const { to } = added.value;
  const used = later.some(({ node }) => nodesIn(node).some((one) => 'A_Const' in one && one.A_Const.sval?.sval === to));
  if (!used) return [];
  const message = `'${to}' is added to type ${added.name} and used in the same transaction, which PostgreSQL does not allow.`;
  const safer = `-- in a separate revision, before the one that uses the value:\n${statement.text};`;
  return [{ rule: 'enum-value-in-transaction', object: added.name, message, safer }];
}
