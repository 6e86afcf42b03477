import {
  openTransactionReader,
  type ObjectStates,
  type RowCounts,
  type TransactionReader,
} from '../catalog/object-states.ts';
import { readSequenceValues, resetScript, wasSetBack } from '../catalog/sequence-values.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { handOversIn } from '../sql/hand-over.ts';
import { handedOverEffects } from '../ownership/revision-effects.ts';
import { observe, touchOf } from '../ownership/observed-effects.ts';
import type { RevisionEffects } from '../ownership/effects-json.ts';
import { handOverTouch, violationsOf, type Owners, type Touch, type Violation } from '../ownership/rule-book.ts';
import type { RunnableStep } from './batches.ts';
import type { RunContext } from './run-context.ts';
import type { WrittenRows } from './watch-step.ts';

/** The effects of a revision that has run, and those of them that its plugin may not have. */
export interface ObservedStep {
  readonly effects: RevisionEffects;
  readonly violations: readonly Violation[];
  /** SQL that undoes what a rollback does not: the sequences of others that the revision has set back. */
  readonly undo: string;
  readonly rows: readonly WrittenRows[];
}

/**
 * Begins to observe what a revision does, in the open transaction in which it is about to run. Returns the function that
 * ends the observation. The catalogs are read again only if rows in them have changed. Throws ROW_COUNTS_OFF.
 */
export async function observeStep(run: RunContext, step: RunnableStep): Promise<() => Promise<ObservedStep>> {
  const reader = await openTransactionReader(run.session);
  const owners: Owners = {
    objects: await run.owners.read(),
    plugin: step.id.slice(0, step.id.indexOf('@')),
    openTables: run.openTables,
    reserved: await run.reserved(),
  };
  const rows = await readCounts(run, reader);
  const before = { rows, states: await reader.readObjectStates() };
  const up = step.direction === 'up' ? step.revision?.up : undefined;
  const handedOver = up?.kind === 'sql' ? handOversIn(up.text) : [];
  const setsBack = (id: string): readonly Touch[] => {
    const state = before.states.get(id);
    return state?.kind === 'sequence' ? [touchOf('sets back', state, before.states)] : [];
  };
  // The only sequences whose values matter are those that the revision may not change.
  const others = [...before.states.keys()].filter((id) => violationsOf(setsBack(id), owners).length > 0);
  const values = await readSequenceValues(run.session, others);
  return async () => {
    const counts = await reader.readRowCounts();
    const states = counts.catalogs === rows.catalogs ? before.states : await reader.readObjectStates();
    const { effects, touches } = observe(
      { before, after: { rows: counts, states }, attemptsCount: run.isShadow },
      owners,
    );
    // Every use of a sequence locks it until the transaction ends. Other sessions may take numbers at any time.
    const used = counts.attempted.filter((id) => values.has(id));
    const setBack = [...(await readSequenceValues(run.session, used))].flatMap(([id, after]) => {
      const value = values.get(id);
      return value !== undefined && wasSetBack(value, after) ? [{ id, value }] : [];
    });
    return {
      effects: { ...effects, ...handedOverEffects(handedOver) },
      violations: violationsOf(
        [...touches, ...setBack.flatMap(({ id }) => setsBack(id)), ...handedOver.map(handOverTouch)],
        owners,
      ),
      undo: resetScript(setBack.map(({ value }) => value)),
      rows: writtenRows(rows, counts, states),
    };
  };
}

/** The server counts the rows of tables that exist, so those of a dropped table are not known. */
function writtenRows(before: RowCounts, after: RowCounts, states: ObjectStates): readonly WrittenRows[] {
  return Array.from(after.tables).flatMap(([id, now]) => {
    const table = states.get(id)?.name;
    const [inserted, updated, deleted] = before.tables.get(id) ?? [0, 0, 0];
    const rows = { inserted: now[0] - inserted, updated: now[1] - updated, deleted: now[2] - deleted };
    return table === undefined || Object.values(rows).every((n) => n === 0) ? [] : [{ table, ...rows }];
  });
}

/** A role or database may have `track_counts` off. A superuser can turn it on for the transaction. */
async function readCounts(run: RunContext, { readRowCounts }: TransactionReader): Promise<RowCounts> {
  const { session } = run;
  const counts = await readRowCounts();
  if (counts.counting) return counts;
  await session.query('set local track_counts = on').catch((error: unknown) => {
    throw session.lost ? error : rowCountsOff(run);
  });
  return readRowCounts();
}

function rowCountsOff({ session }: RunContext): Error {
  return kernelError('ROW_COUNTS_OFF', { database: session.shown });
}
