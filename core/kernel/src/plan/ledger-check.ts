import { kernelError } from '../error/kernel-codes.ts';

/** A revision that the code ships, as far as history is concerned. */
export interface ShippedRevision {
  readonly id: string;
  readonly plugin: string;
  readonly revises: readonly string[];
  readonly raw: string;
}

/** A row of the ledger, as far as history is concerned. */
export interface RecordedRevision {
  readonly id: string;
  readonly plugin: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  readonly raw: string;
  readonly breaking: boolean;
}

/** What the ledger and the code say of each other. */
export interface History<Row extends RecordedRevision = RecordedRevision> {
  /** Ids of all rows. */
  readonly applied: ReadonlySet<string>;
  /** Rows of plugins that are not active. */
  readonly dormant: readonly Row[];
  /** Rows of active plugins that their code does not know: the database is ahead. None of them breaking. */
  readonly ahead: readonly Row[];
  /** Ids of shipped revisions whose text is not, byte for byte, what was run. */
  readonly differing: readonly string[];
}

/**
 * Holds the ledger against the revisions of the active plugins. A row that the code does not know is *ahead* where it
 * stands above all that the code has of its branch: older code met a newer database, which is fine unless one of
 * those rows is breaking. Below or beside what the code has, history was rewritten. Throws CORE_NOT_CONFIGURED,
 * REVISION_DELETED, HISTORY_DIVERGED, DATABASE_AHEAD.
 */
export function historyOf<Row extends RecordedRevision>(
  shipped: ReadonlyMap<string, ShippedRevision>,
  packages: ReadonlyMap<string, string>,
  rows: readonly Row[],
): History<Row> {
  const applied = new Set<string>();
  const dormant: Row[] = [];
  const ahead: Row[] = [];
  const differing: string[] = [];
  for (const row of rows) {
    applied.add(row.id);
    const revision = shipped.get(row.id);
    if (revision !== undefined) {
      if (revision.raw !== row.raw) differing.push(row.id);
    } else if (packages.has(row.plugin)) ahead.push(row);
    else dormant.push(row);
  }
  assertCoreConfigured(dormant);
  if (ahead.length > 0) {
    assertNotDeleted(shipped, rows, ahead);
    assertOneHistory(shipped, applied, ahead);
    assertCompatible(packages, ahead);
  }
  return { applied, dormant, ahead, differing };
}

/** Plugin zero is what others build on: it is never dormant, only forgotten in the config. */
function assertCoreConfigured(dormant: readonly RecordedRevision[]): void {
  const revisions = dormant.filter(({ plugin }) => plugin === 'core').length;
  if (revisions > 0) throw kernelError('CORE_NOT_CONFIGURED', { revisions });
}

/** Something applied that the code still has names the missing one: it cannot be newer than the code. */
function assertNotDeleted(
  shipped: ReadonlyMap<string, ShippedRevision>,
  rows: readonly RecordedRevision[],
  unknown: readonly RecordedRevision[],
): void {
  const missing = new Map(unknown.map((row) => [row.id, row]));
  for (const row of rows) {
    if (!shipped.has(row.id)) continue;
    const below = [...row.revises, ...row.dependsOn].find((id) => missing.has(id));
    const gone = below === undefined ? undefined : missing.get(below);
    if (gone === undefined) continue;
    throw kernelError('REVISION_DELETED', { revision: gone.id, plugin: gone.plugin, successor: row.id });
  }
}

/** The code has a pending revision on the very parent that the unknown one stands on. */
function assertOneHistory(
  shipped: ReadonlyMap<string, ShippedRevision>,
  applied: ReadonlySet<string>,
  unknown: readonly RecordedRevision[],
): void {
  const pending = [...shipped.values()].filter((revision) => !applied.has(revision.id));
  for (const row of unknown) {
    const rival = pending.find(
      ({ plugin, revises }) =>
        plugin === row.plugin &&
        (revises.length === 0 ? row.revises.length === 0 : revises.some((id) => row.revises.includes(id))),
    );
    if (rival === undefined) continue;
    const parent = rival.revises.find((id) => row.revises.includes(id)) ?? null;
    throw kernelError('HISTORY_DIVERGED', { revision: row.id, known: rival.id, parent });
  }
}

function assertCompatible(packages: ReadonlyMap<string, string>, ahead: readonly RecordedRevision[]): void {
  const first = ahead.find((row) => row.breaking);
  if (first === undefined) return;
  const of = ahead.filter((row) => row.plugin === first.plugin);
  throw kernelError('DATABASE_AHEAD', {
    plugin: first.plugin,
    package: packages.get(first.plugin) ?? first.plugin,
    revisions: of.map((row) => row.id),
    breaking: of.flatMap((row) => (row.breaking ? [row.id] : [])),
  });
}
