import { quoteLiteral } from '../sql/quote.ts';
import { beginScript } from './envelope.ts';
import { ledgerOf } from './ledger-row.ts';
import type { RunContext, ScriptContext } from './run-context.ts';

/** SQL that adds the row of the run, unless an earlier batch has. Its start is that of its first transaction. */
export function recordRun(run: ScriptContext): string {
  const { id, kind, host, kernelVersion } = run;
  const values = [id, kind, host, kernelVersion].map(quoteLiteral).join(', ');
  return `insert into ${ledgerOf(run)}.run (id, kind, host, kernel_version, started_at) values (${values}, now()) on conflict do nothing;`;
}

/**
 * Returns the script that records the end of a run. A run that failed before its first batch was committed has no row
 * yet. Nothing waits for this to reach the disk: without it, the run counts as killed, which loses nothing.
 */
export function endRunScript(run: RunContext, applied: number, error: string | null): string {
  const { id, kind, host, kernelVersion, startedAt } = run;
  const outcome = error === null ? 'done' : 'failed';
  const literals = [id, kind, host, kernelVersion, startedAt.toISOString()].map(quoteLiteral).join(', ');
  return `${beginScript(run)}set local synchronous_commit = off;
insert into ${ledgerOf(run)}.run (id, kind, host, kernel_version, started_at, ended_at, outcome, error, applied)
  values (${literals}, clock_timestamp(), '${outcome}', ${error === null ? 'null' : quoteLiteral(error)}, ${applied})
  on conflict (id) do update set ended_at = excluded.ended_at, outcome = excluded.outcome, error = excluded.error,
    applied = excluded.applied;
commit;`;
}
