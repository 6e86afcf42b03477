import type { Session } from '../db/session.ts';
import { readDetails } from '../ledger/ledger.ts';
import { findRun, type AppliedRun } from '../migrate/find-run.ts';
import { hasDownIn } from '../migrate/migrate.ts';
import { readMigrationState, type MigrationState } from '../migrate/migration-state.ts';
import type { RevisionSet } from '../migrate/revision-set.ts';
import { downgradePlan, undoPlan } from '../plan/downgrade-plan.ts';
import type { Plan, Step } from '../plan/plan.ts';
import { upgradePlan } from '../plan/upgrade-plan.ts';
import type { RemovedNeed } from '../ownership/removed-objects.ts';
import { readDatabase, type Project } from './project.ts';
import { readRemovedNeeds } from './removed-needs.ts';
import type { ReadOptions } from './status.ts';

/**
 * Options of `plan`.
 *
 * @example
 * await kernel.plan({ to: 'likes', sql: true });
 * await kernel.plan({ down: 'likes@base', cascade: true });
 */
export interface PlanOptions extends ReadOptions {
  /** The targets of an upgrade: `heads`, `likes`, `likes@0002`, `likes@+1`. Default: `heads`. */
  readonly to?: string | readonly string[] | undefined;
  /** The target of a downgrade, in place of an upgrade: `likes@base`, `likes@0002`, `likes@-1`. Default: an upgrade. */
  readonly down?: string | undefined;
  /** The run to undo, by its id or the beginning of it, in place of an upgrade. Default: an upgrade. */
  readonly run?: string | undefined;
  /** Whether a downgrade also reverts the revisions that depend on the removed ones. Default: false. */
  readonly cascade?: boolean;
  /** Whether the steps contain their SQL. Default: false. */
  readonly sql?: boolean;
}

/** A step of a plan. For a revision that only the ledger has, fields that the ledger does not store are `null`. */
export interface PlannedStep extends Step {
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  readonly breaking: boolean;
  /** Whether its plugin is not active. */
  readonly dormant: boolean;
  /** Whether it runs in a transaction. */
  readonly transaction: boolean | null;
  readonly kind: 'sql' | 'code' | null;
  readonly file: string | null;
  /** Its SQL, or a comment for code; `null` if it is unknown. Absent unless `sql` was set. */
  readonly sql?: string | null;
}

/** A plan with the properties of its steps. */
export interface DetailedPlan extends Plan {
  readonly steps: readonly PlannedStep[];
  /**
   * For an upgrade: the objects that steps need although a revision of another plugin removes them before. Such a step
   * fails, unless code or opaque SQL brings the object back. Needs that only the server can see are not listed.
   */
  readonly removed: readonly RemovedNeed[];
}

/** Plans an upgrade or a downgrade, from the ledger as it is now. Writes nothing. */
export async function readPlan(project: Project, options: PlanOptions = {}): Promise<DetailedPlan> {
  const revisionSet = await project.revisionSet();
  return readDatabase(project, { operation: 'plan', signal: options.signal }, async (session) => {
    const state = await readMigrationState(session, revisionSet);
    const run = options.run === undefined ? null : await findRun(session, options.run);
    const { steps } = planFor(options, run, revisionSet, state);
    const sql = options.sql === true ? await textsOf(steps, revisionSet, session) : null;
    const isUpgrade = options.down === undefined && run === null;
    const removed = isUpgrade ? await readRemovedNeeds(session, state.ledger, steps, revisionSet) : [];
    return { steps: steps.map((step) => detailed(step, revisionSet, state, sql)), removed };
  });
}

function planFor(
  { to = 'heads', down, cascade = false }: PlanOptions,
  run: AppliedRun | null,
  revisionSet: RevisionSet,
  state: MigrationState,
): Plan {
  const { graph, history } = state;
  if (run !== null) {
    const options = { cascade, hasDown: hasDownIn(revisionSet, state) };
    return undoPlan(graph, history.applied, run.id, run.revisions, options);
  }
  if (down === undefined) return upgradePlan(graph, history.applied, to);
  return downgradePlan(graph, history.applied, down, { cascade, hasDown: hasDownIn(revisionSet, state) });
}

function detailed(
  { id, direction, plugin }: Step,
  { revisions }: RevisionSet,
  { graph }: MigrationState,
  sql: ReadonlyMap<string, string> | null,
): PlannedStep {
  const revision = revisions.get(id);
  const node = graph.byId.get(id);
  return {
    id,
    direction,
    plugin,
    revises: node?.revises ?? [],
    dependsOn: node?.dependsOn ?? [],
    breaking: node?.breaking ?? false,
    dormant: node?.dormant ?? false,
    transaction: revision?.transaction ?? null,
    kind: (direction === 'up' ? revision?.up : revision?.down)?.kind ?? null,
    file: revision?.file ?? null,
    ...(sql !== null && { sql: sql.get(id) ?? null }),
  };
}

/** Returns the SQL of each step, from the code or, for a revision that the code no longer has, from the ledger. */
async function textsOf(
  steps: readonly Step[],
  { revisions }: RevisionSet,
  session: Session,
): Promise<ReadonlyMap<string, string>> {
  const gone = steps.flatMap(({ id }) => (revisions.has(id) ? [] : [id]));
  const kept = gone.length === 0 ? [] : await readDetails(session, gone);
  const texts = new Map(kept.map((row) => [row.id, row.down ?? '']));
  for (const { id, direction } of steps) {
    const revision = revisions.get(id);
    const body = direction === 'up' ? revision?.up : revision?.down;
    if (body?.kind === 'sql') texts.set(id, body.text.trim());
    if (body?.kind === 'code') texts.set(id, `-- code, version ${body.version}: ${revision?.file ?? ''}`);
  }
  return texts;
}
