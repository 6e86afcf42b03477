import type { Session } from '../db/session.ts';
import type { LedgerRow } from '../ledger/ledger.ts';
import { readDetails } from '../ledger/ledger.ts';
import type { Revision } from '../plugin/revision.ts';
import { parseSql } from '../sql/parse-sql.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { transactionConflict } from '../sql/transaction-conflict.ts';
import type { RunnableStep } from './batches.ts';
import { concurrentDropOf, concurrentIndexOf } from './concurrent-index.ts';

/**
 * Completes the steps whose packages are missing and whose SQL in the ledger cannot run in a transaction: they get a
 * revision with `transaction: false`. The ledger does not store that field, but the SQL shows it.
 */
export async function withStoredRevisions(
  session: Session,
  steps: readonly RunnableStep[],
  rows: readonly LedgerRow[],
): Promise<readonly RunnableStep[]> {
  const missing = steps.filter(({ revision }) => revision === null).map(({ id }) => id);
  const details = await readDetails(session, missing);
  const stored = new Map<string, Revision>();
  for (const { id, up, down } of details) {
    const row = rows.find((one) => one.id === id);
    if (row === undefined || down === null || !(await runsOutside(down))) continue;
    stored.set(id, {
      ...row,
      up: { kind: 'sql', text: up ?? '' },
      down: { kind: 'sql', text: down },
      transaction: false,
      check: await checkOf(down),
      replaces: [],
      since: null,
      dependsOnSince: {},
      file: 'the ledger',
    });
  }
  return steps.map((step) => ({ ...step, revision: step.revision ?? stored.get(step.id) ?? null }));
}

async function runsOutside(text: string): Promise<boolean> {
  const statements = await parseSql(text);
  return statements.some(
    ({ node }) => transactionConflict(node, true) !== null && transactionConflict(node, false) === null,
  );
}

/**
 * Returns the query that shows whether a `down` outside a transaction has yet to run: it drops or builds an index, which
 * the catalog shows. `null` for other statements, which always run.
 */
async function checkOf(down: string): Promise<string | null> {
  const dropped = await concurrentDropOf(down);
  if (dropped !== null) {
    return `select ${dropped.map((name) => `to_regclass(${quoteLiteral(name)}) is not null`).join(' or ')}`;
  }
  const built = await concurrentIndexOf(down);
  if (built === null) return null;
  return `select not exists (select from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relname = ${quoteLiteral(built.name)} and i.indrelid = to_regclass(${quoteLiteral(built.table)}) and i.indisvalid)`;
}
