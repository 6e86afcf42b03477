import { isNewTable, parseName, quoteName, relationName } from '@headwater/kernel/internal/sql';
import type { StatementFinding } from '../finding.ts';
import { concurrentIndexFields } from '../safer-sql.ts';
import type { StatementContext, StatementRule } from '../statement-rule.ts';

/** Reports `create index` without `concurrently` on a table in use. */
export const indexNotConcurrent: StatementRule = { statement: blockingIndex };

function blockingIndex({ statement: { node, text, creates }, objects }: StatementContext): readonly StatementFinding[] {
  if (!('IndexStmt' in node) || node.IndexStmt.concurrent === true || node.IndexStmt.relation === undefined) return [];
  const table = relationName(node.IndexStmt.relation);
  if (isNewTable(objects, table)) return [];
  const name = creates.find(({ kind }) => kind === 'index')?.name ?? '';
  const message = `Building index ${name} blocks writes to ${table} until it is done.`;
  const hasName = node.IndexStmt.idxname !== undefined;
  const concurrent = hasName
    ? text.replace(/\bindex\b/i, 'index concurrently')
    : text.replace(/\bindex\s+on\b/i, `index concurrently ${quoteName(parseName(name).name)} on`);
  const safer = `-- in a separate revision:\n${concurrentIndexFields(name, concurrent)}`;
  return [{ rule: 'index-not-concurrent', object: name, message, safer }];
}
