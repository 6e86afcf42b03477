import { kernelError } from '../error/kernel-codes.ts';
import { squashView } from '../graph/squashes.ts';
import type { Revision } from '../plugin/revision.ts';

/** The fields of a shipped revision that the check compares. */
export type ShippedRevision = Pick<Revision, 'id' | 'plugin' | 'revises' | 'raw' | 'replaces' | 'since'>;

/** The fields of a ledger row that the check compares. */
export type RecordedRevision = Pick<
  Revision,
  'id' | 'plugin' | 'revises' | 'dependsOn' | 'raw' | 'breaking' | 'replaces'
>;

/** A ledger that is compatible with the code. Rows unknown to the code are listed separately. */
export interface CheckedLedger<Row extends RecordedRevision = RecordedRevision> {
  /** The ids of all rows. */
  readonly applied: ReadonlySet<string>;
  /** Rows of plugins that are not active. */
  readonly dormant: readonly Row[];
  /** Rows of active plugins that are unknown to their code: the database is ahead. None of them is breaking. */
  readonly ahead: readonly Row[];
  /**
   * Rows of active plugins that their code has under another name: a squash of the code replaces them, or they are squashes
   * of revisions that the code still has.
   */
  readonly squashed: readonly Row[];
  /** The ids of shipped revisions that are not byte-for-byte identical to those that ran. */
  readonly differing: readonly string[];
}

/**
 * Compares the ledger with the revisions of the active plugins. A row unknown to the code is *ahead* if it comes after
 * everything that the code has on its branch. That happens when older code runs on a newer database, which is fine
 * unless one of these rows is breaking. A row that comes before or beside a revision of the code means that history was
 * rewritten. A row that a squash of the code replaces is known, and so is a squash of revisions that the code has: that is
 * older code after a rollback. `packages` maps each active plugin to its package. Throws CORE_NOT_CONFIGURED,
 * REVISION_DELETED, HISTORY_DIVERGED, DATABASE_AHEAD, and SQUASH_HALF_APPLIED for a database that has a part of what a squash
 * replaces, while the code no longer has the rest.
 */
export function checkLedger<Row extends RecordedRevision>(
  shipped: ReadonlyMap<string, ShippedRevision>,
  packages: ReadonlyMap<string, string>,
  rows: readonly Row[],
): CheckedLedger<Row> {
  const applied = new Set(rows.map(({ id }) => id));
  const dormant: Row[] = [];
  const ahead: Row[] = [];
  const squashed: Row[] = [];
  const differing: string[] = [];
  for (const row of rows) {
    const revision = shipped.get(row.id);
    if (revision !== undefined) {
      if (revision.raw !== row.raw) differing.push(row.id);
    } else if (!packages.has(row.plugin)) dormant.push(row);
    else if (row.replaces.length > 0 && row.replaces.every((id) => shipped.has(id))) squashed.push(row);
    else ahead.push(row);
  }
  assertCoreConfigured(dormant);
  if (ahead.length === 0) return { applied, dormant, ahead, squashed, differing };
  const replaced = replacedRows(shipped, packages, applied, ahead);
  const unknown = ahead.filter((row) => !replaced.has(row));
  if (unknown.length > 0) {
    assertNotDeleted(shipped, rows, unknown);
    assertOneHistory(shipped, rows, applied, unknown);
    assertCompatible(packages, unknown);
  }
  return { applied, dormant, ahead: unknown, squashed: [...squashed, ...replaced], differing };
}

/** Returns the rows that squashes of the code replace. Throws SQUASH_HALF_APPLIED. */
function replacedRows<Row extends RecordedRevision>(
  shipped: ReadonlyMap<string, ShippedRevision>,
  packages: ReadonlyMap<string, string>,
  applied: ReadonlySet<string>,
  unknown: readonly Row[],
): ReadonlySet<Row> {
  const squashOf = new Map(
    Array.from(shipped.values()).flatMap((squash) => squash.replaces.map((id) => [id, squash] as const)),
  );
  const replaced = new Set<Row>();
  for (const row of unknown) {
    const squash = squashOf.get(row.id);
    if (squash === undefined) continue;
    replaced.add(row);
    const missing = squash.replaces.filter((id) => !applied.has(id));
    if (missing.length === 0 || applied.has(squash.id)) continue;
    throw kernelError('SQUASH_HALF_APPLIED', {
      squash: squash.id,
      applied: squash.replaces.filter((id) => applied.has(id)),
      missing,
      package: packages.get(squash.plugin) ?? squash.plugin,
      floor: squash.since,
    });
  }
  return replaced;
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
  rows: readonly RecordedRevision[],
  applied: ReadonlySet<string>,
  unknown: readonly RecordedRevision[],
): void {
  const { hidden, resolve } = squashView([...shipped.values(), ...rows.filter(({ id }) => !shipped.has(id))], applied);
  const pending = Array.from(shipped.values()).filter(({ id }) => !applied.has(id) && !hidden.has(id));
  for (const row of unknown) {
    const parents = row.revises.map(resolve);
    const rival = pending.find(
      ({ plugin, revises }) =>
        plugin === row.plugin &&
        (revises.length === 0 ? parents.length === 0 : revises.some((id) => parents.includes(resolve(id)))),
    );
    if (rival === undefined) continue;
    const parent = rival.revises.find((id) => parents.includes(resolve(id))) ?? null;
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
