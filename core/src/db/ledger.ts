import { KernelError } from '../error/kernel-error.ts';
import { serverErrorOf, serverState } from './foreign-error.ts';
import { currentFormat } from './ledger-schema.ts';
import type { Session } from './session.ts';

/** A row of the ledger, as far as planning needs it. */
export interface LedgerRow {
  /** `plugin@slug`. */
  readonly id: string;
  readonly plugin: string;
  readonly slug: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  readonly raw: string;
  readonly breaking: boolean;
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

interface RawRow {
  readonly format: number;
  readonly plugin: string | null;
  readonly slug: string;
  readonly raw: string;
  readonly breaking: boolean;
  readonly has_down: boolean;
  readonly revises: string;
  readonly depends_on: string;
}

/**
 * Reads the ledger: the one query of a boot that has nothing to do. A database without a ledger has format 0. Throws
 * LEDGER_FORMAT_NEWER.
 */
export async function readLedger(session: Session): Promise<Ledger> {
  let found: readonly RawRow[];
  try {
    found = await session.query<RawRow>(
      `select f.version as format, l.plugin, l.slug, l.raw, l.breaking, l.down is not null as has_down,
        array_to_string(l.revises, ' ') as revises, array_to_string(l.depends_on, ' ') as depends_on
        from kernel.format f left join kernel.ledger l on true order by l.seq`,
    );
  } catch (error) {
    const code = serverErrorOf(error)?.code;
    if (code === serverState.undefinedTable || code === serverState.undefinedSchema) return { format: 0, rows: [] };
    if (code === serverState.undefinedColumn) await assertFormat(session);
    throw error;
  }
  const format = found[0]?.format ?? 0;
  if (format > currentFormat) throw new KernelError('LEDGER_FORMAT_NEWER', { found: format, known: currentFormat });
  return { format, rows: found.flatMap((row) => (row.plugin === null ? [] : [rowOf(row, row.plugin)])) };
}

async function assertFormat(session: Session): Promise<void> {
  const [row] = await session.query<{ version: number }>('select version from kernel.format');
  const format = row?.version ?? 0;
  if (format > currentFormat) throw new KernelError('LEDGER_FORMAT_NEWER', { found: format, known: currentFormat });
}

function rowOf(row: RawRow, plugin: string): LedgerRow {
  return {
    id: `${plugin}@${row.slug}`,
    plugin,
    slug: row.slug,
    // Ids hold no space. Most rows are of active plugins, whose edges nobody asks for: split only when asked.
    get revises() {
      return row.revises === '' ? [] : row.revises.split(' ');
    },
    get dependsOn() {
      return row.depends_on === '' ? [] : row.depends_on.split(' ');
    },
    raw: row.raw,
    breaking: row.breaking,
    hasDown: row.has_down,
  };
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
}

/** Reads the details of `ids`, or of every row. In the order in which they were applied. */
export async function readDetails(session: Session, ids?: readonly string[]): Promise<readonly LedgerDetails[]> {
  return session.query<LedgerDetails>(
    `select plugin || '@' || slug as id, up, down, package, package_version as "packageVersion",
      applied_at as "appliedAt", duration_ms as "durationMs", run_id as "runId"
      from kernel.ledger where $1::text[] is null or plugin || '@' || slug = any($1) order by seq`,
    [ids ?? null],
  );
}
