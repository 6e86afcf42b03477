import { isKernelError } from '@headwater/kernel/internal/errors';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { readSql, type SqlStatement } from '@headwater/kernel/internal/sql';

/** A revision whose `up` only creates objects, and runs no code. */
export interface AdditiveRevision {
  /** The tables that it creates. */
  readonly tables: ReadonlySet<string>;
  /** The tables to which it adds columns. It does not create them itself. */
  readonly extends: ReadonlySet<string>;
  /** Whether its `down` only drops objects, so that it leaves no rows behind. */
  readonly dropsOnly: boolean;
}

/**
 * Reads a revision whose `up` only creates objects. Its effect on the schema depends on the schema alone: on no row, no
 * setting, and no function. Returns `null` for any other revision, and for one whose effects the parser cannot tell.
 */
export async function additiveRevision({
  up,
  down,
  transaction,
}: Pick<Revision, 'up' | 'down' | 'transaction'>): Promise<AdditiveRevision | null> {
  if (up.kind !== 'sql' || !transaction) return null;
  const statements = await statementsIn(up.text);
  if (statements === null || !statements.every(isAdditive)) return null;
  const created = statements.flatMap(({ creates }) => creates);
  const tables = new Set(created.flatMap(({ kind, name }) => (kind === 'table' ? [name] : [])));
  const extended = created.flatMap(({ kind, table }) => (kind === 'column' && table !== null ? [table] : []));
  const reverting = down?.kind === 'sql' ? await statementsIn(down.text) : null;
  const dropsOnly = reverting !== null && reverting.every(isDrop);
  return { tables, extends: new Set(extended).difference(tables), dropsOnly };
}

/** Statements that drop objects run no code, unless there are event triggers. */
function isDrop({ node, creates, changes, drops, renames, refreshes, writes, opaque }: SqlStatement): boolean {
  if (!('DropStmt' in node || 'AlterTableStmt' in node)) return false;
  const isMore = [creates, changes, renames, refreshes, writes].some((effects) => effects.length > 0);
  return !isMore && drops.length > 0 && opaque === null;
}

/** Statements that run a query, or the script of an extension. */
const codeRunners: ReadonlySet<string> = new Set(['CreateTableAsStmt', 'CreateExtensionStmt']);

function isAdditive(statement: SqlStatement): boolean {
  const { node, creates, changes, drops, renames, refreshes, needs, writes, opaque, ifExists } = statement;
  // A statement of a kind that the reading does not know has no effects at all.
  if (creates.length === 0 || Object.keys(node).some((kind) => codeRunners.has(kind))) return false;
  const isMore = [changes, drops, renames, refreshes, writes].some((effects) => effects.length > 0);
  return !isMore && opaque === null && ifExists === 'fails' && needs.every(({ kind }) => kind !== 'function');
}

async function statementsIn(sql: string): Promise<readonly SqlStatement[] | null> {
  try {
    return (await readSql(sql)).statements;
  } catch (error) {
    // Only the server knows the syntax, or rejects it.
    if (isKernelError(error, 'SQL_SYNTAX')) return null;
    throw error;
  }
}
