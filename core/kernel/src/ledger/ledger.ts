import { hash } from '../runtime/lazy-crypto.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { quoteInput } from '../error/quote-input.ts';
import { isShapeError, serverErrorOf } from '../db/server-error.ts';
import { serverSqlState } from '../db/sql-state.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import { assertUnclaimed, claimSql } from './claims.ts';
import { damagedLedger } from './damaged-ledger.ts';
import { currentFormat } from './ledger-schema.ts';
import type { Session } from '../db/session.ts';
import type { RevisionNode } from '../graph/graph-revision.ts';

/** A ledger row, with the columns that planning needs. */
export interface LedgerRow extends RevisionNode {
  readonly raw: string;
  /** Whether the ledger contains SQL that reverts it. */
  readonly hasDown: boolean;
}

/** The ledger of a database. */
export interface Ledger {
  /** The number of its format; 0 if there is no ledger yet. A newer one than that of this kernel can only be read. */
  readonly format: number;
  /** The rows, in application order. */
  readonly rows: readonly LedgerRow[];
}

/** Returns the digest of a ledger in which exactly `revisions` are applied with their current text. */
export function ledgerDigest(revisions: Iterable<{ readonly id: string; readonly raw: string }>): string {
  const lines = Array.from(revisions, ({ id, raw }) => `${id} ${raw}`);
  return hash('sha256', lines.toSorted().join('\n'));
}

/** Reads the ledger. A database without a ledger has format 0. Throws LEDGER_FORMAT_NEWER, LEDGER_DAMAGED and SCHEMA_TAKEN. */
export async function readLedger(session: Session): Promise<Ledger> {
  return (await readLedgerUnlessEqual(session, null)) ?? { format: 0, rows: [] };
}

interface Reply {
  /** A string if the type of the column is not `integer`. */
  readonly format: number | string | null;
  /** The number of rows of `kernel.format`. */
  readonly formats: number;
  /** `null` in the first format. */
  readonly leastReader: number | null;
  /** The schema of the tables that the ledger is for. */
  readonly tables: string;
  /** `null` if the ledger has no rows. */
  readonly same: boolean | null;
  /** One line for each revision, see {@link parseRows}; `null` if there is none, or if the digests are equal. */
  readonly lines: string | null;
}

/**
 * Reads the ledger, or returns `null` if its digest equals `digest` (see {@link ledgerDigest}). Either way it makes one
 * query, the only one of a boot with nothing pending. Throws like {@link readLedger}.
 */
export async function readLedgerUnlessEqual(session: Session, digest: string | null): Promise<Ledger | null> {
  const schema = quoteIdentifier(session.schemas.ledger);
  let found: Reply | undefined;
  try {
    // The query returns one row, because drivers take longer to read a thousand. It has no join: on tables that were
    // never analyzed, the planner overestimates a join so much that the server compiles the query (JIT), which takes
    // some 120 ms per boot. It has no `order by` either: the rows are almost in the order of `seq`, and sorting them
    // here is cheaper.
    [found] = await session.query<Reply>(
      `select *, case when same is not true then (
          select string_agg(concat_ws(' ', seq, plugin || '@' || slug, raw, breaking, down is not null, revises, depends_on, replaces),
            e'\\n') from ${schema}.ledger) end as lines
        from (select max(version) as format, count(*)::int as formats,
            max((to_jsonb(f) ->> 'least_reader')::integer) as "leastReader",
            ${claimSql(`${quoteLiteral(`${schema}.ledger`)}::regclass`)} as tables,
            ${digest === null ? 'false' : isEqualSql(schema)} as same
          from ${schema}.format f) reply`,
      digest === null ? [] : [digest],
    );
  } catch (error) {
    return explainFailedRead(session, digest, error);
  }
  const format = formatIn(session, found);
  if ((found?.leastReader ?? format) > currentFormat) throw newer(format);
  const { tables, ledger } = session.schemas;
  if (found !== undefined && found.tables !== tables) {
    const owner = { ledger, tables: found.tables };
    throw kernelError('SCHEMA_TAKEN', { database: session.shown, tables, ledger, owner });
  }
  // A ledger of an older format is upgraded even if nothing is pending.
  if (found?.same === true) return format < currentFormat ? readLedger(session) : null;
  const lines = found?.lines ?? null;
  return { format, rows: lines === null ? [] : parseRows(session, lines) };
}

/** Returns SQL that compares the digest of the ledger with a parameter, see {@link ledgerDigest}. */
function isEqualSql(schema: string): string {
  return `(select encode(sha256(convert_to(string_agg(line, e'\\n' order by line collate "C"), 'UTF8')), 'hex') = $1
      from (select plugin || '@' || slug || ' ' || raw as line from ${schema}.ledger) lines)`;
}

function formatIn(session: Session, found: Reply | undefined): number {
  if (found === undefined || found.formats === 0) throw damagedLedger(session, 'its table format is empty');
  if (found.formats > 1) throw damagedLedger(session, `its table format has ${found.formats} rows instead of one`);
  const format = Number(found.format);
  if (Number.isInteger(format) && format > 0) return format;
  throw damagedLedger(
    session,
    `its table format contains ${quoteInput(String(found.format))} instead of a number from 1`,
  );
}

/**
 * Explains why the ledger could not be read. If there is none, the result is format 0. If the tables do not have the
 * expected shape, throws LEDGER_FORMAT_NEWER or LEDGER_DAMAGED. Throws every other error unchanged.
 */
async function explainFailedRead(session: Session, digest: string | null, error: unknown): Promise<Ledger | null> {
  const server = serverErrorOf(error);
  if (server === null || !isShapeError(server)) throw error;
  // One query and therefore one snapshot: another process may create the ledger at this moment.
  const tables = await session.query<{ name: string }>(
    `select c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname in ('format', 'ledger')`,
    [session.schemas.ledger],
  );
  const [table, ...others] = tables;
  if (table === undefined) {
    await assertUnclaimed(session);
    return { format: 0, rows: [] };
  }
  if (others.length === 0) {
    const missing = table.name === 'format' ? 'ledger' : 'format';
    throw damagedLedger(session, `it has a table ${table.name}, but no table ${missing}`, error);
  }
  const isMissing = server.code === serverSqlState.undefinedTable || server.code === serverSqlState.undefinedSchema;
  if (isMissing) return readLedgerUnlessEqual(session, digest);
  const [row] = await session
    .query<{ version: unknown }>(
      `select max(version) as version from ${quoteIdentifier(session.schemas.ledger)}.format`,
    )
    .catch(() => []);
  const version = Number(row?.version ?? 0);
  if (version > currentFormat) throw newer(version);
  throw damagedLedger(session, server.message, error);
}

function newer(found: number): KernelError {
  return kernelError('LEDGER_FORMAT_NEWER', { found, known: currentFormat });
}

/** Throws LEDGER_FORMAT_NEWER if a newer kernel has upgraded the ledger: this one can read it, but not write to it. */
export function assertWritable({ format }: Ledger): void {
  if (format > currentFormat) throw newer(format);
}

/** A line of a row: `seq`, the id, `raw`, `breaking`, whether there is a `down`, `revises`, `depends_on` and `replaces`. */
const linePattern = /^\d+ [a-z][a-z0-9-]*@[a-z0-9_]+ \S+ [tf] [tf](?: \{[a-z0-9_@,-]*\}){3}$/;

function parseRows(session: Session, lines: string): readonly LedgerRow[] {
  const found = lines.split('\n').map((line) => {
    if (!linePattern.test(line))
      throw damagedLedger(session, `its table ledger has a malformed row: ${quoteInput(line)}`);
    return line.split(' ');
  });
  found.sort((a, b) => Number(a[0]) - Number(b[0]));
  return found.map(parseRow);
}

/** Parses one line. Ids and hashes contain no space, comma or brace, so PostgreSQL writes arrays of them as `{a,b}`. */
function parseRow(fields: readonly string[]): LedgerRow {
  // Reads by index: destructuring uses the array's iterator, whose cost is measurable for a thousand rows.
  const id = fields[1] ?? '';
  const at = id.indexOf('@');
  return {
    id,
    plugin: id.slice(0, at),
    slug: id.slice(at + 1),
    revises: idsIn(fields[5] ?? ''),
    dependsOn: idsIn(fields[6] ?? ''),
    replaces: idsIn(fields[7] ?? ''),
    raw: fields[2] ?? '',
    breaking: fields[3] === 't',
    hasDown: fields[4] === 't',
  };
}

const none: readonly string[] = Object.freeze([]);

function idsIn(array: string): readonly string[] {
  return array === '{}' ? none : array.slice(1, -1).split(',');
}

/** The columns of a ledger row that planning does not need. */
export interface LedgerDetails {
  readonly id: string;
  readonly up: string | null;
  readonly down: string | null;
  readonly package: string;
  readonly packageVersion: string;
  readonly appliedAt: Date;
  readonly durationMs: number;
  readonly runId: string;
  /** Whether the row was written without running the revision. */
  readonly stamped: boolean;
}

/** Reads the details of `ids`, or of every row, in the order of application. Throws LEDGER_DAMAGED. */
export async function readDetails(session: Session, ids?: readonly string[]): Promise<readonly LedgerDetails[]> {
  const schema = quoteIdentifier(session.schemas.ledger);
  try {
    // As a number, because the text of a time depends on the settings of the role.
    const rows = await session.query<Omit<LedgerDetails, 'appliedAt'> & { readonly appliedAt: string }>(
      `select plugin || '@' || slug as id, up, down, package, package_version as "packageVersion",
      (extract(epoch from applied_at) * 1000)::bigint::text as "appliedAt", duration_ms as "durationMs", run_id as "runId",
      exists (select from ${schema}.event e where e.kind = 'stamp' and e.plugin = l.plugin and e.slug = l.slug
        and e.run_id = l.run_id) as stamped
      from ${schema}.ledger l where $1::text[] is null or plugin || '@' || slug = any($1) order by seq`,
      [ids ?? null],
    );
    return rows.map((row) => ({ ...row, appliedAt: new Date(Number(row.appliedAt)) }));
  } catch (error) {
    const server = serverErrorOf(error);
    throw server !== null && isShapeError(server) ? damagedLedger(session, server.message, error) : error;
  }
}
