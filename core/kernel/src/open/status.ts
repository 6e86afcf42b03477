import { isKernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import type { Session } from '../db/session.ts';
import { readLedger, type Ledger } from '../ledger/ledger.ts';
import { assertDatabaseAdopted } from '../migrate/adopted-check.ts';
import { branchesOf, statusOf, type BranchStatus } from '../migrate/branch-status.ts';
import { assertNoSchemaNamed } from '../migrate/schema-check.ts';
import { readMigrationState } from '../migrate/migration-state.ts';
import type { RevisionSet } from '../migrate/revision-set.ts';
import { assertNoGaps } from '../plan/applied-gaps.ts';
import { readDatabase, type Project } from './project.ts';

/** Options of every function that reads. */
export interface ReadOptions {
  /** Aborting it cancels the call, which then throws CANCELLED. Default: never aborted. */
  readonly signal?: AbortSignal;
}

/**
 * The state of a database, compared with the revisions of the active plugins.
 *
 * @example
 * const { pending, error } = await kernel.status();
 * if (error !== null) throw error;
 * console.log(`${pending.length} revisions are pending`);
 */
export interface Status {
  /** The database, without secrets: `db.example.com:5432/shop`. */
  readonly database: string;
  /** One entry for each branch: those of the active plugins in plugin order, then the dormant ones. */
  readonly branches: readonly BranchStatus[];
  /** The ids of the revisions that an upgrade would apply, in that order. */
  readonly pending: readonly string[];
  /** The ids of applied revisions whose plugins are not active, in the order in which they were applied. */
  readonly dormant: readonly string[];
  /** The ids of applied revisions that the code of their active plugins lacks, in the order in which they were applied. */
  readonly ahead: readonly string[];
  /** The error with which an upgrade would refuse this database; `null` if there is none. */
  readonly error: KernelError | null;
}

/** Reads the status of a database. Writes nothing, and takes no lock. */
export async function readStatus(project: Project, { signal }: ReadOptions = {}): Promise<Status> {
  const revisionSet = await project.revisionSet();
  return readDatabase(project, { operation: 'status', signal }, async (session) => {
    const ledger = await readLedger(session);
    const branches = branchesOf(revisionSet.pluginSet, ledger).map(statusOf);
    const inState = (state: 'pending' | 'dormant' | 'ahead'): ReadonlySet<string> =>
      new Set(branches.flatMap((branch) => branch[state]));
    const { graph, error } = await checkHistory(session, revisionSet, ledger);
    return {
      database: session.shown,
      branches,
      pending: idsOf(graph.order, inState('pending')),
      dormant: idsOf(ledger.rows, inState('dormant')),
      ahead: idsOf(ledger.rows, inState('ahead')),
      error,
    };
  });
}

function idsOf(ordered: readonly { readonly id: string }[], wanted: ReadonlySet<string>): readonly string[] {
  return ordered.flatMap(({ id }) => (wanted.has(id) ? [id] : []));
}

/** Returns the graph of the database, or that of the code for a history that an upgrade would refuse. */
async function checkHistory(
  session: Session,
  revisionSet: RevisionSet,
  ledger: Ledger,
): Promise<{ readonly graph: RevisionGraph; readonly error: KernelError | null }> {
  let { graph } = revisionSet;
  try {
    const state = await readMigrationState(session, revisionSet, ledger);
    ({ graph } = state);
    const { applied } = state.history;
    assertNoGaps(graph, applied);
    const pending = graph.order.flatMap(({ id, dormant }) => (dormant || applied.has(id) ? [] : [id]));
    await assertNoSchemaNamed(
      session,
      revisionSet,
      pending.map((id) => ({ id, direction: 'up' })),
    );
    await assertDatabaseAdopted(session, revisionSet, state, pending);
    return { graph, error: null };
  } catch (error) {
    if (isKernelError(error)) return { graph, error };
    throw error;
  }
}
