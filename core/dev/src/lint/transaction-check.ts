import { isKernelError } from '@headwater/kernel/internal/errors';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { readSql, type SqlStatement } from '@headwater/kernel/internal/sql';
import { devError } from '../error/dev-codes.ts';
import { transactionConflicts } from './rules/transaction-conflict.ts';
import { openSourceLines } from './source-lines.ts';

/** A statement that is refused because of its revision's `transaction` setting. */
export interface PlacedConflict {
  /** Its location: the line in the file, or in the SQL text if the file does not contain the text verbatim. */
  readonly place: string;
  /** The line in the file; `null` if the file does not contain the SQL verbatim. */
  readonly line: number | null;
  readonly statement: string;
  /** The problem and the advice. */
  readonly message: string;
}

/** The fields of a revision that the check needs. `file` is `null` if the revision has none yet. */
export type CheckedRevision = Pick<Revision, 'id' | 'up' | 'down' | 'transaction'> & { readonly file: string | null };

/**
 * Returns the statements that are refused because of their revision's `transaction` setting. Returns none for a code
 * revision, and none for SQL that the parser cannot read.
 */
export async function conflictsIn({
  up,
  down,
  transaction,
  file,
}: CheckedRevision): Promise<readonly PlacedConflict[]> {
  const lines = openSourceLines();
  const conflicts: PlacedConflict[] = [];
  for (const [field, body] of [['up', up] as const, ['down', down] as const]) {
    if (body?.kind !== 'sql') continue;
    for (const { message, at } of transactionConflicts(body.text, await statementsIn(body.text), transaction)) {
      if (at === null) continue;
      const line = file === null ? null : lines.of(file, at.sql, at.line);
      const place = line === null ? `line ${at.line} of \`${field}\`` : `${file}:${line}`;
      conflicts.push({ place, line, statement: at.statement, message });
    }
  }
  return conflicts;
}

/** Refuses a revision if one of its statements conflicts with its `transaction`. Throws TRANSACTION_CONFLICT. */
export async function assertNoConflict(revision: CheckedRevision): Promise<void> {
  const conflicts = await conflictsIn(revision);
  if (conflicts.length > 0) throw devError('TRANSACTION_CONFLICT', { revision: revision.id, conflicts });
}

async function statementsIn(sql: string): Promise<readonly SqlStatement[]> {
  try {
    return (await readSql(sql)).statements;
  } catch (error) {
    // Only the server knows the syntax, or rejects it.
    if (isKernelError(error, 'SQL_SYNTAX')) return [];
    throw error;
  }
}
