import { token } from '../contract/token.ts';
import type { RecordedRun } from '../ledger/runs.ts';
import type { Drawing } from '../graph/drawing.ts';
import type { BranchShape, CurrentRevision } from './branches.ts';
import type { Footprint } from './footprint.ts';
import type { GraphViewOptions } from './graph.ts';
import type { HistoryEntry, HistoryOptions } from './history.ts';
import type { LintFinding } from './lint.ts';
import type { SchemaObject } from './objects.ts';
import type { Drift } from '../migrate/drift-check.ts';
import type { DetailedPlan, PlanOptions } from './plan.ts';
import type { PluginReport } from './plugins.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { RecordedRehearsal } from './rehearsals.ts';
import type { Activity, RunsOptions } from './runs.ts';
import type { ShownRevision, ShowOptions } from './show.ts';
import type { PlanScript, SqlOptions } from './sql.ts';
import type { DriftOptions } from './drift.ts';
import type { ReadOptions, Status } from './status.ts';
import type { NotPendingReason } from './why-not.ts';
import type { PendingReason } from './why.ts';

/**
 * The functions of a kernel that only read. They take no lock, and several may be called at the same time. A plugin
 * resolves them for its own application, once the database is open: in `start`, requests and commands.
 *
 * @example
 * const { pending } = await get(Inspection).status();
 */
export interface Inspection {
  /** The database, without secrets: `db.example.com:5432/shop`. */
  readonly database: string;
  /** Reads which revisions are applied, pending, dormant or ahead. */
  readonly status: (options?: ReadOptions) => Promise<Status>;
  /** Plans an upgrade or a downgrade. Throws what the upgrade or downgrade would throw before its first step. */
  readonly plan: (options?: PlanOptions) => Promise<DetailedPlan>;
  /** Writes an upgrade or a downgrade as one SQL script. Does not connect unless `current` is set. */
  readonly sql: (options?: SqlOptions) => Promise<PlanScript>;
  /** Lists the revisions of all branches, each from its base to its head. */
  readonly history: (options?: HistoryOptions) => Promise<readonly HistoryEntry[]>;
  /** Describes the shape of each branch: its bases and heads, where it forks and merges. */
  readonly branches: (options?: Pick<HistoryOptions, 'offline' | 'signal'>) => Promise<readonly BranchShape[]>;
  /** Lists the latest applied revision of each branch. */
  readonly current: (options?: ReadOptions) => Promise<readonly CurrentRevision[]>;
  /** Draws the branches, the edges between their revisions, and their states. */
  readonly graph: (options?: GraphViewOptions) => Promise<Drawing>;
  /** Shows one revision with its SQL: `likes@0002`, or `likes`, its head. */
  readonly show: (revision: string, options?: ShowOptions) => Promise<ShownRevision>;
  /** Explains why a revision is pending, and why it has its place in the plan. */
  readonly why: (revision: string, options?: ReadOptions) => Promise<PendingReason>;
  /** Explains why a revision is not pending. */
  readonly whyNot: (revision: string, options?: ReadOptions) => Promise<NotPendingReason>;
  /** Lists the plugins: the active ones, those that the config disables, and the dormant ones. */
  readonly plugins: (options?: ReadOptions) => Promise<readonly PluginReport[]>;
  /** Lists the tables, columns and other objects that the applied revisions have created, with their owners. */
  readonly objects: (options?: ReadOptions) => Promise<readonly SchemaObject[]>;
  /** Lists what a plugin has in the database, whether or not its package is installed. */
  readonly footprint: (plugin: string, options?: ReadOptions) => Promise<Footprint>;
  /** Compares the objects in the database with those that the applied revisions created, according to the ledger. */
  readonly drift: (options?: DriftOptions) => Promise<Drift>;
  /**
   * Examines the application and its database: packages, plugins, privileges, the pooler, invalid indexes, drift and the
   * ledger. Each finding says how to mend it. The self-tests of the server, which write, are left to `open().diagnose()`
   * and `kernel doctor`.
   */
  readonly diagnose: (options?: ReadOptions) => Promise<Diagnosis>;
  /** Reads the rehearsals that `kernel migrate:rehearse` has recorded in the folder of the project, newest first. */
  readonly rehearsals: () => Promise<readonly RecordedRehearsal[]>;
  /** Lists the latest runs with their steps, newest first. */
  readonly runs: (options?: RunsOptions) => Promise<readonly RecordedRun[]>;
  /**
   * Lints the revisions of the active plugins, in graph order, as `kernel migrate:lint --all` does. Returns `null` if
   * `@headwater/dev` is not installed. Does not connect.
   */
  readonly lint: () => Promise<readonly LintFinding[] | null>;
  /** Reads what happens in the database at this moment: the latest run, and the process that runs revisions. */
  readonly activity: (options?: ReadOptions) => Promise<Activity>;
}

/** The token of the {@link Inspection} of the application. The kernel binds it. */
export const Inspection = token<Inspection>('kernel.inspection');
