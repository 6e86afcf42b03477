import { hash } from 'node:crypto';
import { kernelError } from '../error/kernel-codes.ts';
import { serverErrorOf, serverState } from '../db/foreign-error.ts';
import { currentFormat } from './ledger-schema.ts';
import type { Session } from '../db/session.ts';
import type { RevisionNode } from '../graph/graph-revision.ts';

/** A row of the ledger, as far as planning needs it. */
export interface LedgerRow extends RevisionNode {
  readonly raw: string;
  /** Whether the ledger holds SQL that undoes it. */
  readonly hasDown: boolean;
}

/** What the database says of itself. */
export interface Ledger {
  /** 0 where there is no ledger yet. */
  readonly format: number;
  /** In the order in which they were applied. */
  readonly rows: readonly LedgerRow[];
}

/** What a ledger holds in which exactly `revisions` are applied, each as it is now, in a few letters. */
export function digestOf(revisions: Iterable<{ readonly id: string; readonly raw: string }>): string {
  const lines = Array.from(revisions, ({ id, raw }) => `${id} ${raw}`);
  return hash('sha256', lines.toSorted().join('\n'));
}

/** Reads the ledger. A database without one has format 0. Throws LEDGER_FORMAT_NEWER. */
export async function readLedger(session: Session): Promise<Ledger> {
  return (await readLedgerUnless(session, null)) ?? { format: 0, rows: [] };
}

interface Answer {
  readonly format: number | null;
  readonly same: boolean | null;
  /** A line for each revision, see {@link rowsOf}; `null` where there is none, or they are the same. */
  readonly lines: string | null;
}

/**
 * Reads the ledger, unless it holds just what `digest` tells: then `null`. One query in either case, the only one of a
 * boot that has nothing to do. Throws like {@link readLedger}.
 */
export async function readLedgerUnless(session: Session, digest: string | null): Promise<Ledger | null> {
  let found: Answer | undefined;
  try {
    // One row: a driver takes longer over a thousand. No join, which on tables that were never analyzed looks so large
    // to the planner that the server compiles it (JIT), for some 120 ms at each boot. And no order: the rows come nearly
    // in that of `seq`, which costs less to make up for here.
    [found] = await session.query<Answer>(
      `select format, same, case when same is not true then (
          select string_agg(concat_ws(' ', seq, plugin || '@' || slug, raw, breaking, down is not null, revises, depends_on),
            e'\\n') from kernel.ledger) end as lines
        from (select (select max(version) from kernel.format) as format, case when $1::text is not null then (
          select encode(sha256(convert_to(string_agg(line, e'\\n' order by line collate "C"), 'UTF8')), 'hex') = $1
            from (select plugin || '@' || slug || ' ' || raw as line from kernel.ledger) lines) end as same) asked`,
      [digest],
    );
  } catch (error) {
    const code = serverErrorOf(error)?.code;
    if (code === serverState.undefinedTable || code === serverState.undefinedSchema) return { format: 0, rows: [] };
    if (code === serverState.undefinedColumn) await assertFormat(session);
    throw error;
  }
  const format = found?.format ?? 0;
  if (format > currentFormat) throw kernelError('LEDGER_FORMAT_NEWER', { found: format, known: currentFormat });
  if (found?.same === true) return null;
  const lines = found?.lines ?? null;
  return { format, rows: lines === null ? [] : rowsOf(lines) };
}

async function assertFormat(session: Session): Promise<void> {
  const [row] = await session.query<{ version: number }>('select version from kernel.format');
  const format = row?.version ?? 0;
  if (format > currentFormat) throw kernelError('LEDGER_FORMAT_NEWER', { found: format, known: currentFormat });
}

function rowsOf(lines: string): readonly LedgerRow[] {
  const found = lines.split('\n').map((line) => line.split(' '));
  found.sort((a, b) => Number(a[0]) - Number(b[0]));
  return found.map(rowOf);
}

/** Neither ids nor hashes hold a space, a comma or a brace, so PostgreSQL writes arrays of them as `{a,b}`. */
function rowOf(fields: readonly string[]): LedgerRow {
  // By place: taking an array apart by name goes through its iterator, which a thousand rows would feel.
  const id = fields[1] ?? '';
  const at = id.indexOf('@');
  return {
    id,
    plugin: id.slice(0, at),
    slug: id.slice(at + 1),
    revises: idsIn(fields[5] ?? ''),
    dependsOn: idsIn(fields[6] ?? ''),
    raw: fields[2] ?? '',
    breaking: fields[3] === 't',
    hasDown: fields[4] === 't',
  };
}

const none: readonly string[] = Object.freeze([]);

function idsIn(array: string): readonly string[] {
  return array === '{}' ? none : array.slice(1, -1).split(',');
}

/** What a row says beyond planning. */
export interface LedgerDetails {
  readonly id: string;
  readonly up: string | null;
  readonly down: string | null;
  readonly package: string;
  readonly packageVersion: string;
  readonly appliedAt: Date;
  readonly durationMs: number;
  readonly runId: string;
  /** Whether the row was written without running. */
  readonly stamped: boolean;
}

/** Reads the details of `ids`, or of every row. In the order in which they were applied. */
export async function readDetails(session: Session, ids?: readonly string[]): Promise<readonly LedgerDetails[]> {
  return session.query<LedgerDetails>(
    `select plugin || '@' || slug as id, up, down, package, package_version as "packageVersion",
      applied_at as "appliedAt", duration_ms as "durationMs", run_id as "runId",
      exists (select from kernel.event e where e.kind = 'stamp' and e.plugin = l.plugin and e.slug = l.slug
        and e.run_id = l.run_id) as stamped
      from kernel.ledger l where $1::text[] is null or plugin || '@' || slug = any($1) order by seq`,
    [ids ?? null],
  );
}
