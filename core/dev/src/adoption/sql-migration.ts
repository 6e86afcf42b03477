import { isKernelError, shortMessage } from '@headwater/kernel/internal/errors';
import { countStatements } from '@headwater/kernel/internal/plugins';
import { readSql, type SqlStatement } from '@headwater/kernel/internal/sql';
import { completionCheck } from '../authoring/completion-check.ts';
import type { CollectedMigration, RefuseMigration } from './history-source.ts';

/**
 * Collects a migration that is SQL. A `begin` at the start with a `commit` at the end is left out, since a revision runs
 * in a transaction anyway. A single statement that PostgreSQL does not run in a transaction runs outside one, as it does
 * when a tool sends it alone.
 */
export async function collectSql(
  up: string,
  down: string | null,
  refuse: RefuseMigration,
): Promise<CollectedMigration> {
  const text = await withoutTransaction(up, 'up', refuse);
  const isAlone = text !== '' && countStatements(text) === 1 && (await completionCheck(text)) !== null;
  const reverse = down === null ? '' : await withoutTransaction(down, 'down', refuse);
  return {
    up: text === '' ? [] : [text],
    down: reverse === '' ? null : [reverse],
    downProblem: null,
    transactional: !isAlone,
  };
}

/** Returns SQL without the transaction that encloses it; an empty text if it has no statement. */
async function withoutTransaction(sql: string, field: 'up' | 'down', refuse: RefuseMigration): Promise<string> {
  // Editors add a byte order mark.
  const text = sql.replace(/^\uFEFF/, '');
  let statements: readonly SqlStatement[];
  try {
    ({ statements } = await readSql(text));
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    throw refuse(`PostgreSQL cannot parse its ${field}: ${shortMessage(error)}`, error);
  }
  if (statements.length === 0) return '';
  const [first, last] = [statements[0], statements.at(-1)];
  if (first === undefined || last === undefined || !marks(first, 'BEGIN', 'START') || !marks(last, 'COMMIT')) {
    return text.trim();
  }
  const start = first.offset + first.text.length;
  return text.slice(start, last.offset).replace(/^\s*;/, '').trim();
}

function marks({ node }: SqlStatement, ...commands: readonly string[]): boolean {
  return 'TransactionStmt' in node && commands.some((one) => node.TransactionStmt.kind === `TRANS_STMT_${one}`);
}
