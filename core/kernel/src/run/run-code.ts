import { isSql, sql, type Sql } from '../contract/sql.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Batch } from './batches.ts';
import { recordBlock, rowOf } from './envelope.ts';
import { openLockedTransaction } from './locked-transaction.ts';
import type { OnBegin, RunContext } from './run-context.ts';

/** Statements that would end or split the transaction of a code revision, or change its settings. */
const forbidden =
  /^(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction|discard|reset|set\s+(?:session\s+|local\s+)?(?:role|authorization|search_path|transaction|session\s+authorization|characteristics))\b/i;

const leadingComments = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;

/** Runs a code revision. Its function queries within the transaction that takes the lock and writes the ledger row. */
export async function runCode(
  run: RunContext,
  batch: Batch,
  attemptId: string,
  onBegin: OnBegin,
): Promise<readonly string[]> {
  const step = batch.steps[0];
  const revision = step?.revision;
  const body = batch.direction === 'up' ? revision?.up : revision?.down;
  if (step === undefined || revision === null || revision === undefined || body?.kind !== 'code') return [];
  const { session } = run;
  const row = rowOf(run.id, { ...step, revision }, attemptId);
  if (!(await openLockedTransaction(run, row, batch.direction))) return [];
  onBegin(step);
  const began = performance.now();
  let open = true;
  const query = async <Row>(statement: Sql): Promise<readonly Row[]> => {
    if (!open) throw violation(step.id, 'it runs a query after its function has returned; await every query');
    assertAllowed(step.id, statement);
    return session.query<Row>(statement.text, statement.values);
  };
  try {
    await body.run({ query, sql });
  } catch (error) {
    if (!session.lost) await session.script('rollback');
    throw error;
  } finally {
    open = false;
  }
  await session.script(`${recordBlock(row, batch.direction, performance.now() - began, run.settings)}\ncommit;`);
  return [step.id];
}

function assertAllowed(revision: string, statement: Sql): void {
  if (!isSql(statement)) throw violation(revision, 'it passes a value to `query` that was not created by `sql`');
  const keyword = forbidden.exec(statement.text.replace(leadingComments, ''))?.[0];
  if (keyword !== undefined) throw violation(revision, `it runs "${keyword}"`);
}

function violation(revision: string, reason: string): KernelError {
  return kernelError('ENVELOPE_VIOLATED', { revision, reason, applied: [] });
}
