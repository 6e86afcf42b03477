import type { Revision } from '../plugin/revision.ts';
import { ownStatementTimeout } from './own-limits.ts';
import type { RunContext, RunStep } from './run-context.ts';

/** A step with everything needed to run it. */
export interface RunnableStep extends RunStep {
  /** `null` for a revision whose package is missing: it can only be reverted, with the SQL in the ledger. */
  readonly revision: Revision | null;
  /** The revisions that must be applied first: its edges, as far as squashes do not lead them elsewhere. */
  readonly needs: readonly string[];
  /** Whether it is known to touch nothing that its plugin does not own. Otherwise its effects are observed. */
  readonly proven: boolean;
  /** Whether it is known to leave its session as it was, see `keepsSession`. */
  readonly keepsSession: boolean;
  /** The JSON of the effects of its `up`, if they are known before it runs. */
  readonly effects: string | null;
  /** The npm package that the revision comes from, and its version. */
  readonly package: string;
  readonly packageVersion: string;
}

/**
 * Steps that run together in one transaction. A batch of the kind `observed` has one step, whose code the client runs or
 * whose effects it observes. A batch of the kind `nontransactional` has one step, too.
 */
export interface Batch {
  readonly kind: 'sql' | 'observed' | 'nontransactional' | 'stamp';
  readonly direction: 'up' | 'down';
  readonly steps: readonly RunnableStep[];
}

/** The maximum number of revisions that share a transaction. */
export const chunkSize = 100;

/**
 * Groups steps in order. With `together`, up to {@link chunkSize} SQL revisions share a transaction. This is only for
 * an empty ledger and for a shadow, because no other session can then be waiting for the locks of these revisions. In all
 * other cases, and always for code, unproven SQL and `transaction: false`, a batch has one revision. A revision that adds
 * an enum value ends its batch, since the value cannot be used before it is committed. One that sets its own time limit
 * is a batch of its own. From the first deferrable constraint on,
 * revisions run one by one, since constraint modes cannot be restored inside a transaction. A stamp is always one
 * batch. A rollback does not return the numbers that a batch took from a sequence of an earlier batch. Where there may be one, a
 * revision that may take some runs alone.
 */
export function batchesOf(
  steps: readonly RunnableStep[],
  run: RunContext['kind'],
  together: boolean,
): readonly Batch[] {
  if (run === 'stamp') return [{ kind: 'stamp', direction: 'up', steps }];
  const batches: Batch[] = [];
  let chunk: RunnableStep[] = [];
  const endChunk = (): void => {
    const [first] = chunk;
    if (first !== undefined) batches.push({ kind: 'sql', direction: first.direction, steps: chunk });
    chunk = [];
  };
  let isTogether = together;
  let hasSequences = false;
  for (const step of steps) {
    const kind = batchKind(step);
    if (!step.keepsSession && usesDeferrable(step)) {
      endChunk();
      isTogether = false;
    }
    if (chunk[0]?.direction !== step.direction) endChunk();
    if (kind !== 'sql') {
      endChunk();
      hasSequences ||= makesSequences(step);
      batches.push({ kind, direction: step.direction, steps: [step] });
      continue;
    }
    // The limit of a text applies to its whole transaction.
    const isLimited = !step.keepsSession && ownStatementTimeout(textOf(step) ?? '') !== null;
    const isAlone = isLimited || (hasSequences && batches.length > 0 && !step.keepsSession && takesNumbers(step));
    hasSequences ||= makesSequences(step);
    if (isAlone) endChunk();
    chunk.push(step);
    if (!isTogether || isAlone || chunk.length >= chunkSize || (!step.keepsSession && addsEnumValue(step))) endChunk();
  }
  endChunk();
  return batches;
}

function batchKind({ revision, direction, proven }: RunnableStep): Batch['kind'] {
  const body = direction === 'up' ? revision?.up : revision?.down;
  if (body?.kind !== 'code' && revision?.transaction === false) return 'nontransactional';
  return proven ? 'sql' : 'observed';
}

/** The SQL that a step runs; `null` if it runs code, or SQL that only the ledger has. */
function textOf({ revision, direction }: RunnableStep): string | null {
  const body = direction === 'up' ? revision?.up : revision?.down;
  return body?.kind === 'sql' ? body.text : null;
}

function addsEnumValue(step: RunnableStep): boolean {
  return /\balter\s+type\b[^;]*\badd\s+value\b/i.test(textOf(step) ?? '');
}

/** A proven text takes numbers of sequences for new rows and for new columns of rows; it calls `nextval` nowhere else. */
function takesNumbers(step: RunnableStep): boolean {
  return /\b(?:insert|update|(?:big|small)?serial[248]?|identity)\b/i.test(textOf(step) ?? '');
}

function makesSequences(step: RunnableStep): boolean {
  const text = textOf(step);
  return text === null || /\b(?:sequence|(?:big|small)?serial[248]?|identity)\b/i.test(text);
}

/** If dynamic SQL makes a constraint deferrable, the running batch detects it, and its revisions run one by one. */
function usesDeferrable(step: RunnableStep): boolean {
  return /\bdeferrable\b|\bconstraint\s+trigger\b/i.test(textOf(step) ?? '');
}
