import type { Session } from '../db/session.ts';
import { readDetails, type Ledger, type LedgerDetails } from '../ledger/ledger.ts';
import { readEvents, type LedgerEvent } from '../ledger/events.ts';
import { readRunOrigins, type RunOrigin } from '../ledger/runs.ts';

/** When, where and by which package a revision was applied. */
export interface ApplicationRecord {
  /** In ISO 8601. */
  readonly at: string;
  readonly package: string;
  readonly version: string;
  /** The id of the run. */
  readonly run: string;
  /** The computer that applied it; `null` if a kernel of the first format did, which did not record it. */
  readonly host: string | null;
  /** The version of that kernel; `null` like `host`. */
  readonly kernel: string | null;
  readonly durationMs: number;
  /** Whether its row was written without running it. */
  readonly stamped: boolean;
  /** The changes of its row, and its stamp, oldest first. */
  readonly events: readonly LedgerEvent[];
}

/** Reads the records of `ids`, or of all applied revisions, by id. */
export async function readApplicationRecords(
  session: Session,
  ledger: Ledger,
  ids?: readonly string[],
): Promise<ReadonlyMap<string, ApplicationRecord>> {
  if (ledger.rows.length === 0) return new Map();
  const details = await readDetails(session, ids);
  const runs = await readRunOrigins(session, ledger, ids && details.map(({ runId }) => runId));
  const events = await readEvents(session, ledger, ids);
  const byId = new Map(runs.map((run) => [run.id, run]));
  return new Map(details.map((row) => [row.id, applicationRecord(row, byId.get(row.runId), events.get(row.id))]));
}

/** Returns the record of a row, its run and its events. */
export function applicationRecord(
  row: LedgerDetails,
  run: RunOrigin | undefined,
  events: readonly LedgerEvent[] = [],
): ApplicationRecord {
  return {
    at: row.appliedAt.toISOString(),
    package: row.package,
    version: row.packageVersion,
    run: row.runId,
    host: run?.host ?? null,
    kernel: run?.kernelVersion ?? null,
    durationMs: row.durationMs,
    stamped: row.stamped,
    events,
  };
}
