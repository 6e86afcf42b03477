import { beginScript, downBlock, upBlock, type RowToRemove, type RowToWrite } from './envelope.ts';
import type { Batch, RunnableStep } from './batches.ts';
import { kernelState } from '../db/foreign-error.ts';
import { rowOf, type BatchOutcome, type OnBegin, type Run } from './run.ts';

/** Runs SQL revisions in one transaction and one round trip, rows included. */
export async function runSql(run: Run, batch: Batch, attempt: string, onBegin: OnBegin): Promise<BatchOutcome> {
  const byId = new Map(batch.steps.map((step) => [step.id, step]));
  const done = new Set(byId.keys());
  const block = batch.direction === 'up' ? upBlock(upRows(run, batch, attempt)) : downBlock(downRows(run, batch));
  const script = `${beginScript(run.session.kind, run.settings)}${block}\ncommit;`;
  await run.session.script(script, ({ code, message: id }) => {
    const step = byId.get(id);
    if (step === undefined) return;
    if (code === kernelState.skipped) done.delete(id);
    if (code === kernelState.begins) onBegin(step);
  });
  return { done: [...done] };
}

function upRows(run: Run, batch: Batch, attempt: string): readonly RowToWrite[] {
  return batch.steps.flatMap(({ revision }) => (revision === null ? [] : [rowOf(run, revision, attempt)]));
}

function downRows(run: Run, batch: Batch): readonly RowToRemove[] {
  return batch.steps.map(({ id, revision }) => {
    const [plugin = '', slug = ''] = id.split('@');
    return { plugin, slug, down: downText({ id, revision }), run_id: run.id };
  });
}

function downText({ revision }: Pick<RunnableStep, 'id' | 'revision'>): string | null {
  return revision?.down?.kind === 'sql' ? revision.down.text : null;
}
