import type { Revision } from '../plugin/revision.ts';

/** A step with all that is needed to run it. */
export interface RunnableStep {
  readonly id: string;
  readonly direction: 'up' | 'down';
  /** `null` for a revision whose package is gone: only its way down is known, from the ledger. */
  readonly revision: Revision | null;
}

/** Steps that share one transaction, or one that needs a way of its own. */
export interface Batch {
  readonly kind: 'sql' | 'code' | 'untransacted';
  readonly direction: 'up' | 'down';
  readonly steps: readonly RunnableStep[];
}

/** How many revisions share a transaction on an empty ledger. */
export const chunkSize = 100;

/**
 * Groups steps in order. On an empty ledger, where nobody can be waiting for our locks, up to {@link chunkSize} SQL
 * revisions share a transaction; otherwise each has its own. Code, `transaction: false` and steps down always do, and
 * a revision that adds an enum value ends its batch: the value cannot be used before it is committed.
 */
export function batchesOf(steps: readonly RunnableStep[], emptyLedger: boolean): readonly Batch[] {
  const batches: Batch[] = [];
  let chunk: RunnableStep[] = [];
  const endChunk = (): void => {
    if (chunk.length > 0) batches.push({ kind: 'sql', direction: 'up', steps: chunk });
    chunk = [];
  };
  for (const step of steps) {
    const kind = kindOf(step);
    if (kind !== 'sql' || step.direction === 'down') {
      endChunk();
      batches.push({ kind, direction: step.direction, steps: [step] });
      continue;
    }
    chunk.push(step);
    if (!emptyLedger || chunk.length >= chunkSize || addsEnumValue(step)) endChunk();
  }
  endChunk();
  return batches;
}

function kindOf({ revision, direction }: RunnableStep): Batch['kind'] {
  if (revision === null) return 'sql';
  const body = direction === 'up' ? revision.up : revision.down;
  if (body?.kind === 'code') return 'code';
  return revision.transaction ? 'sql' : 'untransacted';
}

function addsEnumValue({ revision }: RunnableStep): boolean {
  return revision?.up.kind === 'sql' && /\balter\s+type\b[^;]*\badd\s+value\b/i.test(revision.up.text);
}
