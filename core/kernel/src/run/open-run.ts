import { hostname } from 'node:os';
import { releaseTransactionReader } from '../catalog/object-states.ts';
import { serverErrorOf } from '../db/server-error.ts';
import { kernelSqlState, serverSqlState } from '../db/sql-state.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Session } from '../db/session.ts';
import { readOthers } from '../ledger/claims.ts';
import { reservedSchemas, type ReservedSchemas } from '../ownership/rule-book.ts';
import { openLedgerOwners } from '../ownership/ledger-owners.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { endRunScript } from './record-run.ts';
import { ensureLedger } from './ensure-ledger.ts';
import type { Cancellation } from './cancellation.ts';
import type { RunProgress } from './recover.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import type { Observer, RunContext, ShellCommand } from './run-context.ts';
import type { WatchStep } from './watch-step.ts';

/** The database, the settings and the plugins of a run. */
export interface RunOptions extends Pick<RunContext, 'session' | 'settings'> {
  readonly observer?: Observer;
  /** Default: nobody watches. */
  readonly watch?: WatchStep;
  readonly cancellation: Cancellation;
  readonly plugins: readonly Plugin[];
  /** The command that runs before breaking revisions. Default: none. */
  readonly command?: ShellCommand | null;
  /** See `MigrationOptions`. */
  readonly unchecked?: boolean;
  /** See `MigrationOptions`. */
  readonly shadow?: { readonly guard: string };
}

/** Returns the constants of a run. Nothing is read or written. */
export function openRun(
  {
    session,
    settings,
    observer = {},
    watch,
    cancellation,
    plugins,
    command = null,
    unchecked = false,
    shadow,
  }: RunOptions,
  id: string,
  kind: RunContext['kind'],
): RunContext {
  return {
    id,
    kind,
    startedAt: new Date(),
    host: hostname(),
    kernelVersion: kernelPackage().version,
    owners: openLedgerOwners(session),
    openTables: new Map(plugins.map(({ name, openTables }) => [name, new Set(openTables)])),
    reserved: openReserved(session, shadow !== undefined),
    isShadow: shadow !== undefined,
    guard: shadow?.guard ?? '',
    command,
    unchecked,
    announced: new Set(),
    session,
    settings,
    observer,
    watch: watch ?? null,
    cancellation,
  };
}

/** A shadow has only one application. */
function openReserved(session: Session, isShadow: boolean): RunContext['reserved'] {
  let read: Promise<ReservedSchemas> | null = null;
  return () =>
    (read ??= (async () => reservedSchemas(session.schemas, isShadow ? [] : await readOthers(session)))().catch(
      (error: unknown) => {
        read = null;
        throw error;
      },
    ));
}

/**
 * Records the end of a run that wrote something or failed. The record is not worth an error: the run may have failed
 * because the database no longer answers, or before there was a ledger.
 */
export async function endRun(run: RunContext, progress: RunProgress, error: KernelError | null): Promise<void> {
  const { applied: steps, squashed } = progress;
  if (run.session.lost || (steps.length === 0 && squashed.length === 0 && error === null)) return;
  const applied = steps.filter(({ direction }) => direction === 'up').length;
  // A shadow keeps the statements for its next run. The session of an embedded database is also the application's.
  const release = run.isShadow ? '' : releaseTransactionReader;
  await run.session.script(`${endRunScript(run, applied, error?.code ?? null)}\n${release}`).catch(() => {});
}

/**
 * Upgrades a ledger of an older format although nothing is pending. If this process may not do that, or another one is
 * at it, it is left for later: the old format can still be read.
 */
export async function upgradeLedger(run: RunContext, format: number): Promise<void> {
  try {
    await ensureLedger(run, format);
  } catch (error) {
    const left: readonly string[] = [serverSqlState.lockNotAvailable, kernelSqlState.busy];
    if (left.includes(serverErrorOf(error)?.code ?? '')) return;
    if (!(await mayNotWrite(error, run.session))) throw error;
  }
}

/** Whether an error says that this process may only read. */
export async function mayNotWrite(error: unknown, session: Pick<Session, 'query'>): Promise<boolean> {
  const code = serverErrorOf(error)?.code;
  if (code === serverSqlState.insufficientPrivilege || code === serverSqlState.readOnlyTransaction) return true;
  if (code !== serverSqlState.featureNotSupported) return false;
  // A standby refuses to begin a transaction that may write, with the code of everything that it lacks.
  const [row] = await session.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  return row?.standby === true;
}
