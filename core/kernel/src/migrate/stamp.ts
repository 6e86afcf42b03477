import { stampRevisions } from '../run/stamp.ts';
import type { Ledger, LedgerRow } from '../ledger/ledger.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { stampPlan } from '../plan/stamp-plan.ts';
import { packageOf, type MigrationOptions } from './migrate.ts';
import { stateOf, type State } from './state.ts';

/** What a stamp came to. */
export interface StampResult {
  readonly runId: string;
  /** The revisions that have a row now and had none, in order. */
  readonly stamped: readonly string[];
  readonly dormant: readonly LedgerRow[];
  readonly ahead: readonly LedgerRow[];
}

/**
 * Writes the rows of the branches of `targets` up to them, and runs nothing. Other branches stay as they are, so what a
 * target depends on there has to be applied, or a target too. Throws STAMP_INCOMPLETE and what reading the ledger, its
 * history and writing to it can end in.
 */
export async function stamp(options: MigrationOptions, targets: readonly string[]): Promise<StampResult> {
  const { session, blueprint, settings, observer } = options;
  let first: State | null = null;
  let fixed = targets;
  const plan = async (ledger: Ledger) => {
    const state = await stateOf(session, blueprint, ledger);
    const ids = stampPlan(state.graph, state.history.applied, fixed);
    // Where the first plan led is where we go: `likes@+1` asked again would be one further.
    if (first === null) fixed = ids;
    first ??= state;
    return ids.flatMap((id) => blueprint.revisions.get(id) ?? []);
  };
  const work = { plan, packageOf: packageOf(blueprint), settings, ...(observer && { observer }) };
  const { runId, ids } = await stampRevisions(session, work);
  // TypeScript does not see that `plan` has run, which sets it.
  const known = first as State | null;
  if (known === null) throw kernelError('INTERNAL', { what: 'a stamp was written without being planned.' });
  return { runId, stamped: ids, dormant: known.history.dormant, ahead: known.history.ahead };
}
