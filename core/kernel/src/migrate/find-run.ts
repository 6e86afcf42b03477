import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { readDetails, readLedger } from '../ledger/ledger.ts';
import { readReplacedRows } from '../ledger/replaced-rows.ts';

/** A run with the revisions that it has applied and that are still applied. */
export interface AppliedRun {
  readonly id: string;
  readonly revisions: readonly string[];
}

/**
 * Finds the run whose id is or begins with `text`. A squash stands for what the run applied, if all that it replaces is of
 * that run. Throws RUN_UNKNOWN if nothing that it applied is applied any more, TARGET_AMBIGUOUS if several ids begin so, and
 * TARGET_ILLEGAL for a stamp, since it ran nothing that could be undone, and if a squash stands for a part of the run.
 */
export async function findRun(session: Session, text: string): Promise<AppliedRun> {
  const ledger = await readLedger(session);
  const details = ledger.rows.length === 0 ? [] : await readDetails(session);
  const replaced = await readReplacedRows(session, ledger);
  const squashes = Map.groupBy(replaced, ({ by }) => by);
  const wanted = text.toLowerCase();
  const isWanted = ({ runId }: { readonly runId: string }): boolean => wanted !== '' && runId.startsWith(wanted);
  const matching = details.filter((row) => isWanted(row) && !squashes.has(row.id));
  const parts = replaced.filter(isWanted);
  const [id, ...others] = new Set([...matching, ...parts].map(({ runId }) => runId));
  const target = `--run ${text}`;
  if (id === undefined) throw kernelError('RUN_UNKNOWN', { run: text });
  if (others.length > 0) throw kernelError('TARGET_AMBIGUOUS', { target, candidates: [id, ...others] });
  const refuse = (reason: string): Error => kernelError('TARGET_ILLEGAL', { target, direction: 'down', reason });
  if (matching.some(({ stamped }) => stamped)) {
    throw refuse('it only marked revisions as applied, and ran nothing that could be undone');
  }
  const part = parts.find(({ by }) => squashes.get(by)?.some(({ runId }) => runId !== id));
  if (part !== undefined) throw refuse(`"${part.by}" is in the place of "${part.id}" and of revisions of other runs`);
  return { id, revisions: [...new Set([...matching.map((row) => row.id), ...parts.map(({ by }) => by)])] };
}
