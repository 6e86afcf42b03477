import type { Session } from '../db/session.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { Ledger } from './ledger.ts';

/** A run as the ledger records it. Times are in ISO 8601. */
export interface RecordedRun {
  readonly id: string;
  /** `upgrade`, `downgrade` or `stamp`; `null` for a run of the first format of the ledger, which recorded no runs. */
  readonly kind: string | null;
  /** The name of the computer; `null` like {@link kind}. */
  readonly host: string | null;
  /** `null` like {@link kind}. */
  readonly kernelVersion: string | null;
  /** `null` like {@link kind}. */
  readonly startedAt: string | null;
  /** `null` while it is running, and if it was killed. */
  readonly endedAt: string | null;
  /** `null` like {@link endedAt}. */
  readonly outcome: 'done' | 'failed' | null;
  /** The code of the error with which it failed; `null` if it did not. */
  readonly error: string | null;
  /** Its steps, in order. Empty for a run that failed at its first revision. */
  readonly steps: readonly RecordedStep[];
}

/** A revision that a run applied, reverted or stamped. */
export interface RecordedStep {
  /** The id of the revision. */
  readonly id: string;
  readonly change: 'applied' | 'reverted' | 'stamped';
  /** In ISO 8601. */
  readonly at: string;
  /** `null` for a revert and a stamp, whose durations are not recorded. */
  readonly durationMs: number | null;
}

interface Row extends Omit<RecordedRun, 'startedAt' | 'endedAt' | 'steps'> {
  /** In milliseconds, as text. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly steps: string | null;
}

/** One step as JSON: the id, the change, its time in milliseconds, its duration. */
type StepRow = readonly [id: string, change: RecordedStep['change'], at: number, durationMs: number | null];

/**
 * Every step of every run. A stamp and its row are one step, and so are a reverted row and its first application, which
 * is known from the copy of the row in the event.
 */
const stepsIn = (ledger: string): string => `
  select l.run_id as run, l.plugin || '@' || l.slug as id, l.seq as place,
    case when exists (select from ${ledger}.event e where e.kind = 'stamp' and e.plugin = l.plugin and e.slug = l.slug
      and e.run_id = l.run_id) then 'stamped' else 'applied' end as change, l.applied_at as at, l.duration_ms as ms
  from ${ledger}.ledger l
  union all
  select (e.row ->> 'run_id')::uuid, e.plugin || '@' || e.slug, (e.row ->> 'seq')::bigint,
    case when exists (select from ${ledger}.event s where s.kind = 'stamp' and s.plugin = e.plugin and s.slug = e.slug
      and s.run_id = (e.row ->> 'run_id')::uuid) then 'stamped' else 'applied' end,
    (e.row ->> 'applied_at')::timestamptz, (e.row ->> 'duration_ms')::double precision
  from ${ledger}.event e where e.kind in ('downgrade', 'squash') and e.row is not null
  union all
  select e.run_id, e.plugin || '@' || e.slug, e.id, 'reverted', e.at, null
  from ${ledger}.event e where e.kind = 'downgrade' and e.row is not null`;

/** The runs of a ledger that records them, and those of rows that are older than the records. */
const runsIn = (ledger: string): string => `
  select id, kind, host, kernel_version, started_at, ended_at, outcome, error from ${ledger}.run
  union all
  select distinct run, null, null, null, null::timestamptz, null::timestamptz, null, null from steps
    where run not in (select id from ${ledger}.run)`;

const milliseconds = (time: string): string => `(extract(epoch from ${time}) * 1000)::bigint`;

/**
 * Reads the latest runs, newest first: all of them, or the one with the given id. Returns none if the ledger does not
 * exist. The ledger must have the current format.
 */
export async function readRuns(
  session: Session,
  { limit, id }: { readonly limit: number; readonly id: string | null },
): Promise<readonly RecordedRun[]> {
  const ledger = quoteIdentifier(session.schemas.ledger);
  const rows = await session.query<Row>(
    `with steps as (${stepsIn(ledger)}), runs as (${runsIn(ledger)}), times as (select run, min(at) as first from steps group by run)
    select r.id::text, r.kind, r.host, r.kernel_version as "kernelVersion", ${milliseconds('r.started_at')}::text as "startedAt",
      ${milliseconds('r.ended_at')}::text as "endedAt", r.outcome, r.error,
      (select json_agg(json_build_array(s.id, s.change, ${milliseconds('s.at')}, case when s.change = 'applied' then s.ms end)
        order by s.at, s.place)::text from steps s where s.run = r.id) as steps
    from runs r left join times t on t.run = r.id where $1::uuid is null or r.id = $1
    order by coalesce(r.started_at, t.first) desc, r.id limit $2`,
    [id, limit],
  );
  return rows.map(({ startedAt, endedAt, steps: list, ...row }) => ({
    ...row,
    startedAt: isoOf(startedAt),
    endedAt: isoOf(endedAt),
    steps: list === null ? [] : (JSON.parse(list) as readonly StepRow[]).map(stepOf),
  }));
}

function stepOf([id, change, at, durationMs]: StepRow): RecordedStep {
  return { id, change, at: new Date(at).toISOString(), durationMs };
}

function isoOf(time: string | null): string | null {
  return time === null ? null : new Date(Number(time)).toISOString();
}

/** The computer and the kernel of a run. */
export type RunOrigin = Pick<RecordedRun, 'id' | 'host' | 'kernelVersion'>;

/**
 * Reads where these runs ran, or all runs. A ledger of the first format recorded no runs, so its rows name runs that are
 * unknown.
 */
export async function readRunOrigins(
  session: Pick<Session, 'query' | 'schemas'>,
  { format }: Pick<Ledger, 'format'>,
  ids?: readonly string[],
): Promise<readonly RunOrigin[]> {
  if (format < 2) return [];
  return session.query<RunOrigin>(
    `select id::text, host, kernel_version as "kernelVersion" from ${quoteIdentifier(session.schemas.ledger)}.run
      where $1::text[] is null or id::text = any($1)`,
    [ids ?? null],
  );
}
