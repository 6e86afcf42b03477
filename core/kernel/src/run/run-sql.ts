import { kernelState } from '../db/foreign-error.ts';
import type { Batch, RunnableStep } from './batches.ts';
import { beginScript, downBlock, rowOf, upBlock, type RowToRemove, type RowToWrite } from './envelope.ts';
import type { OnBegin, Run } from './run.ts';

/**
 * Runs SQL revisions and writes their ledger rows in one transaction and one round trip. Returns the ids that took effect;
 * those that another process had already applied are left out.
 */
export async function runSql(run: Run, batch: Batch, attempt: string, onBegin: OnBegin): Promise<readonly string[]> {
  const byId = new Map(batch.steps.map((step) => [step.id, step]));
  const done = new Set(byId.keys());
  const block =
    batch.direction === 'up'
      ? upBlock(rowsOf(run, batch, attempt))
      : downBlock(batch.steps.map((step) => removal(run, step)));
  const script = `${beginScript(run.session.kind, run.settings)}${block}\ncommit;`;
  await run.session.script(script, ({ code, message: id }) => {
    const step = byId.get(id);
    if (step === undefined) return;
    if (code === kernelState.skipped) done.delete(id);
    if (code === kernelState.begins) onBegin(step);
  });
  return [...done];
}

/** The rows of the steps of a batch whose revisions are known to the code. */
export function rowsOf(run: Run, batch: Batch, attempt: string): readonly RowToWrite[] {
  return batch.steps.flatMap((step) => {
    const { revision } = step;
    return revision === null ? [] : [rowOf(run.id, { ...step, revision }, attempt)];
  });
}

function removal(run: Run, { id, revision }: RunnableStep): RowToRemove {
  const [plugin = '', slug = ''] = id.split('@');
  return { plugin, slug, down: revision?.down?.kind === 'sql' ? revision.down.text : null, run_id: run.id };
}
