import { explainSessionError } from '../db/explain-session-error.ts';
import type { Session } from '../db/session.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { composeEffects } from '../ownership/compose-effects.ts';
import { parseEffects, type RevisionEffects } from '../ownership/effects-json.ts';
import { randomUUID } from '../runtime/lazy-crypto.ts';
import { dollarQuote, quoteIdentifier } from '../sql/quote.ts';
import type { RunnableStep } from './batches.ts';
import { passingVerdict } from './classify-error.ts';
import { ensureLedger } from './ensure-ledger.ts';
import { beginScript, checkFormat, declarations } from './envelope.ts';
import { checkWritten, insertRow, ledgerOf, rowOf, rowType, type RowToWrite } from './ledger-row.ts';
import { takeLock } from './migration-lock.ts';
import { mayNotWrite } from './open-run.ts';
import { recordRun } from './record-run.ts';
import type { Interruption, RunProgress } from './recover.ts';
import { restoreScript } from './restore-session.ts';
import type { RunContext } from './run-context.ts';

/**
 * Puts the row of each squash in the place of the rows that it replaces, all of which the ledger has. Each is one
 * transaction, and nothing else runs in it. The events keep the replaced rows. Returns the interruption to recover from;
 * `null` if all are recorded,
 * or if this process may not write to the ledger: then it is left for later.
 */
export async function recordSquashes(
  run: RunContext,
  squashes: readonly RunnableStep[],
  format: number,
  progress: RunProgress,
): Promise<Interruption | null> {
  const { session } = run;
  const done = ({ id }: RunnableStep): void => {
    progress.squashed = [...progress.squashed, id];
  };
  try {
    if (!(await ensureLedger(run, format))) return { kind: 'busy', step: null };
    for (const step of squashes) {
      run.cancellation.check();
      const effects = await effectsOf(session, step);
      const row = rowOf(run.id, { ...step, effects: effects === null ? null : JSON.stringify(effects) }, randomUUID());
      await session.script(`${beginScript(run)}${squashBlock(row, run)}\ncommit;`);
      done(step);
    }
    return null;
  } catch (cause) {
    await run.cancellation.settled();
    const verdict = passingVerdict(cause, session);
    if (verdict?.kind === 'lost') return { ...verdict, step: null };
    await session.script(restoreScript(session)).catch(() => {});
    if (verdict === null && (await mayNotWrite(cause, session))) {
      squashes.forEach(done);
      return null;
    }
    if (verdict === null) throw explainSessionError(cause, session);
    return { kind: verdict.kind === 'stale' ? 'stale' : 'busy', step: null };
  }
}

/** Composes the effects of the replaced revisions; `null` if the ledger does not know all of them. */
async function effectsOf(
  session: Pick<Session, 'query' | 'schemas'>,
  { id, revision }: RunnableStep,
): Promise<RevisionEffects | null> {
  const ledger = `${quoteIdentifier(session.schemas.ledger)}.ledger`;
  const rows = await session.query<{ id: string; plugin: string; objects: string | null }>(
    `select plugin || '@' || slug as id, plugin, objects::text as objects from ${ledger}
      where seq <= (select max(seq) from ${ledger} where plugin || '@' || slug = any($1)) order by seq`,
    [revision?.replaces ?? []],
  );
  const range = new Set(revision?.replaces);
  const first = rows.findIndex((row) => range.has(row.id));
  const replaced = rows.filter((row) => range.has(row.id));
  const known = replaced.flatMap(({ objects }) => (objects === null ? [] : [parseEffects(objects)]));
  if (known.length < replaced.length) return null;
  const before = rows.slice(0, first).flatMap((row) => {
    return row.objects === null ? [] : [{ id: row.id, plugin: row.plugin, objects: parseEffects(row.objects) }];
  });
  return composeEffects(before, known, { id, plugin: replaced[0]?.plugin ?? '' });
}

/**
 * Returns one `do` block that replaces the rows. The new row gets the place of the first of them: whatever came after it
 * comes after the squash, too, as in a new database. It does nothing if another process was faster.
 */
function squashBlock(row: RowToWrite, run: RunContext): string {
  const ledger = ledgerOf(run);
  return `do ${dollarQuote(`${declarations}
  place bigint;
  removed_rows integer;
begin
  ${takeLock(run.session.schemas)}
  ${checkFormat(run)}
  select * into step from json_to_record(${dollarQuote(JSON.stringify(row))}) as row(${rowType});
  if not exists (select from ${ledger}.ledger l where l.plugin = step.plugin and l.slug = step.slug) then
    ${recordRun(run)}
    with removed as (
      delete from ${ledger}.ledger l where l.plugin || '@' || l.slug = any (step.replaces) returning *
    ), noted as (
      insert into ${ledger}.event (kind, plugin, slug, run_id, row, detail)
        select 'squash', r.plugin, r.slug, step.run_id, to_jsonb(r), jsonb_build_object('by', step.plugin || '@' || step.slug)
          from removed r order by r.seq returning 1
    ) select min(r.seq), count(*) into place, removed_rows from removed r, (select count(*) from noted) n;
    if removed_rows < cardinality(step.replaces) then
      raise exception using errcode = '${kernelSqlState.stale}', message = 'the replaced revisions are no longer applied';
    end if;
    ${insertRow(run, 'step', '0', 'place')};
    ${checkWritten}
    insert into ${ledger}.event (kind, plugin, slug, run_id, row, detail)
      select 'stamp', l.plugin, l.slug, l.run_id, to_jsonb(l), '{"squash": true}' from ${ledger}.ledger l
        where l.plugin = step.plugin and l.slug = step.slug;
  end if;
end`)};`;
}
