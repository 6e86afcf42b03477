import { kernelError } from '../error/kernel-codes.ts';
import type { Revision } from '../plugin/revision.ts';

/** The fields of a shipped revision that the check compares. */
export type ShippedRevision = Pick<Revision, 'id' | 'plugin' | 'revises' | 'raw'>;

/** The fields of a ledger row that the check compares. */
export type RecordedRevision = Pick<Revision, 'id' | 'plugin' | 'revises' | 'dependsOn' | 'raw' | 'breaking'>;

/** A ledger that is compatible with the code. Rows unknown to the code are listed separately. */
export interface CheckedLedger<Row extends RecordedRevision = RecordedRevision> {
  /** The ids of all rows. */
  readonly applied: ReadonlySet<string>;
  /** Rows of plugins that are not active. */
  readonly dormant: readonly Row[];
  /** Rows of active plugins that are unknown to their code: the database is ahead. None of them is breaking. */
  readonly ahead: readonly Row[];
  /** The ids of shipped revisions that are not byte-for-byte identical to those that ran. */
  readonly differing: readonly string[];
}

/**
 * Compares the ledger with the revisions of the active plugins. A row unknown to the code is *ahead* if it comes after
 * everything that the code has on its branch. That happens when older code runs on a newer database, which is fine
 * unless one of these rows is breaking. A row that comes before or beside a revision of the code means that history was
 * rewritten. `packages` maps each active plugin to its package. Throws CORE_NOT_CONFIGURED, REVISION_DELETED,
 * HISTORY_DIVERGED and DATABASE_AHEAD.
 */
export function checkLedger<Row extends RecordedRevision>(
  shipped: ReadonlyMap<string, ShippedRevision>,
  packages: ReadonlyMap<string, string>,
  rows: readonly Row[],
): CheckedLedger<Row> {
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

/** Rejects dormant rows of plugin zero: all other plugins build on it, so the config must have omitted it. */
function assertCoreConfigured(dormant: readonly RecordedRevision[]): void {
  const revisions = dormant.filter(({ plugin }) => plugin === 'core').length;
  if (revisions > 0) throw kernelError('CORE_NOT_CONFIGURED', { revisions });
}

/** An unknown row that a known row revises or depends on is not newer than the code: its revision was deleted. */
function assertNotDeleted(
  shipped: ReadonlyMap<string, ShippedRevision>,
  rows: readonly RecordedRevision[],
  unknown: readonly RecordedRevision[],
): void {
  const missing = new Map(unknown.map((row) => [row.id, row]));
  for (const row of rows) {
    if (!shipped.has(row.id)) continue;
    const below = [...row.revises, ...row.dependsOn].find((id) => missing.has(id));
    const deleted = below === undefined ? undefined : missing.get(below);
    if (deleted === undefined) continue;
    throw kernelError('REVISION_DELETED', { revision: deleted.id, plugin: deleted.plugin, successor: row.id });
  }
}

/** If an unknown row and a pending revision of the code revise the same parent, the branch has two histories. */
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
