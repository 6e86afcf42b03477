import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { readDetails, readLedger } from '../ledger/ledger.ts';

/** A run with the revisions that it has applied and that are still applied. */
export interface AppliedRun {
  readonly id: string;
  readonly revisions: readonly string[];
}

/**
 * Finds the run whose id is or begins with `text`. Throws RUN_UNKNOWN if nothing that it applied is applied any more,
 * TARGET_AMBIGUOUS if several ids begin so, and TARGET_ILLEGAL for a stamp, since it ran nothing that could be undone.
 */
export async function findRun(session: Session, text: string): Promise<AppliedRun> {
  const { rows } = await readLedger(session);
  const details = rows.length === 0 ? [] : await readDetails(session);
  const wanted = text.toLowerCase();
  const matching = details.filter(({ runId }) => wanted !== '' && runId.startsWith(wanted));
  const [id, ...others] = new Set(matching.map(({ runId }) => runId));
  const target = `--run ${text}`;
  if (id === undefined) throw kernelError('RUN_UNKNOWN', { run: text });
  if (others.length > 0) throw kernelError('TARGET_AMBIGUOUS', { target, candidates: [id, ...others] });
  if (matching.some(({ stamped }) => stamped)) {
    const reason = 'it only marked revisions as applied, and ran nothing that could be undone';
    throw kernelError('TARGET_ILLEGAL', { target, direction: 'down', reason });
  }
  return { id, revisions: matching.map((row) => row.id) };
}
