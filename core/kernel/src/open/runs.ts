import { currentFormat } from '../ledger/ledger-schema.ts';
import { readLedger } from '../ledger/ledger.ts';
import { readRuns, type RecordedRun } from '../ledger/runs.ts';
import type { LockHolder } from '../run/running-upgrade.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/** Options of `runs`. */
export interface RunsOptions extends ReadOptions {
  /** The largest number of runs. Default: 100. */
  readonly limit?: number;
  /** Only the run with this id. Default: all. */
  readonly id?: string | undefined;
}

/** Reads the latest runs, newest first. A ledger of an older format has none until it is upgraded. */
export async function readProjectRuns(
  project: Project,
  { limit = 100, id, signal }: RunsOptions = {},
): Promise<readonly RecordedRun[]> {
  return readDatabase(project, { operation: 'runs', signal }, async (session) => {
    const { format } = await readLedger(session);
    return format < currentFormat ? [] : readRuns(session, { limit, id: id ?? null });
  });
}

/**
 * What happens in a database at this moment, by whichever process.
 *
 * @example
 * const { run, running } = await kernel.activity();
 * if (running !== null) console.log(`${running.application} runs ${running.revisions.join(', ')}`);
 */
export interface Activity {
  /** The latest run, with the steps that it has committed; `null` if there is none. */
  readonly run: RecordedRun | null;
  /** The number of rows in the ledger. */
  readonly applied: number;
  /** The process that runs revisions; `null` if there is none, and for an embedded database, which has a single process. */
  readonly running: LockHolder | null;
}

/** Reads what happens in a database at this moment. Writes nothing, and takes no lock. */
export async function readActivity(project: Project, { signal }: ReadOptions = {}): Promise<Activity> {
  return readDatabase(project, { operation: 'activity', signal }, async (session) => {
    const { format, rows } = await readLedger(session);
    const { readLockHolder } = await import('../run/running-upgrade.ts');
    const running = session.kind === 'pglite' ? null : await readLockHolder(session);
    const [run = null] = format < currentFormat ? [] : await readRuns(session, { limit: 1, id: null });
    return { run, applied: rows.length, running };
  });
}
