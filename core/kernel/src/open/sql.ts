import { ancestorsOf } from '../graph/ancestors.ts';
import { usualSchemas } from '../config/schemas.ts';
import { assertNoSchemaNamed } from '../migrate/schema-check.ts';
import { hasDownIn } from '../migrate/migrate.ts';
import { runnable } from '../migrate/runnable-step.ts';
import { readMigrationState } from '../migrate/migration-state.ts';
import type { RevisionSet } from '../migrate/revision-set.ts';
import { downgradePlan } from '../plan/downgrade-plan.ts';
import { planOf, type Plan } from '../plan/plan.ts';
import { resolveTarget } from '../plan/resolve-target.ts';
import { upgradePlan } from '../plan/upgrade-plan.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/**
 * Options of `sql`.
 *
 * @example
 * await kernel.sql(); // everything, for an empty database
 * await kernel.sql({ from: 'likes@0001', to: 'likes' });
 * await kernel.sql({ current: true }); // what is pending in the database
 */
export interface SqlOptions extends ReadOptions {
  /** The revisions that the database has, with everything that they need. Default: none; with `down`: the heads. */
  readonly from?: string | readonly string[] | undefined;
  /** Whether to connect and read them from the ledger, in place of `from`. Default: false, so nothing connects. */
  readonly current?: boolean;
  /** The targets of the upgrade. Default: `heads`. */
  readonly to?: string | readonly string[] | undefined;
  /** The target of a downgrade, in place of an upgrade. Default: an upgrade. */
  readonly down?: string | undefined;
  /** With `down`: whether to revert the revisions that depend on the removed ones, too. Default: false. */
  readonly cascade?: boolean;
}

/** A plan as a script. */
export interface PlanScript {
  /** The revisions that it runs, in order. */
  readonly revisions: readonly string[];
  readonly direction: 'up' | 'down';
  /**
   * Those whose effects only the server can see, like `do` blocks. The runner observes them and refuses what belongs to
   * others; a script runs them unobserved, and the ledger does not know what they created.
   */
  readonly opaque: readonly string[];
  readonly sql: string;
}

/**
 * Writes a plan as one script that any client can run, and that leaves the ledger and the catalog as the upgrade does. It
 * does not connect unless `current` is set. Throws PLAN_NOT_SQL, SCHEMA_NAMED, and the errors of plans.
 */
export async function readScript(project: Project, options: SqlOptions = {}): Promise<PlanScript> {
  const revisionSet = await project.revisionSet();
  const {
    applied,
    plan,
    graph: planned,
  } = options.current === true
    ? await readDatabase(project, { operation: 'plan', signal: options.signal }, async (session) => {
        const state = await readMigrationState(session, revisionSet);
        const { graph, history } = state;
        return {
          graph,
          applied: history.applied,
          plan: planFor(graph, history.applied, options, hasDownIn(revisionSet, state)),
        };
      })
    : planOffline(revisionSet, options);
  const schemas = project.config.database.schemas ?? usualSchemas;
  await assertNoSchemaNamed({ schemas }, revisionSet, plan.steps);
  const { planScript } = await import('../run/plan-script.ts');
  const { assertVisiblyOwn, proveAll } = await import('../run/prove-steps.ts');
  // The texts of the applied revisions show which objects exist.
  const before = planned.order.filter(({ id, dormant }) => !dormant && applied.has(id));
  const steps = [...planOf(before, 'up').steps, ...plan.steps].map((step) => runnable(step, revisionSet, planned));
  const all = await proveAll(steps);
  await assertVisiblyOwn(all, before.length, revisionSet.pluginSet.plugins);
  const proven = all.slice(before.length);
  return {
    revisions: plan.steps.map(({ id }) => id),
    direction: options.down === undefined ? 'up' : 'down',
    opaque: proven.flatMap(({ id, proven: isProven }) => (isProven ? [] : [id])),
    sql: plan.steps.length === 0 ? '' : planScript(proven, project.config.upgrade, schemas),
  };
}

function planOffline(
  { graph, revisions }: RevisionSet,
  options: SqlOptions,
): { readonly applied: ReadonlySet<string>; readonly plan: Plan; readonly graph: RevisionSet['graph'] } {
  const { from = options.down === undefined ? [] : 'heads' } = options;
  const applied = new Set<string>();
  for (const target of [from].flat()) {
    const resolved = resolveTarget(graph, applied, target, 'up');
    for (const id of resolved.kind === 'revisions' ? resolved.ids : []) {
      applied.add(id);
      for (const needed of ancestorsOf(graph, id)) applied.add(needed);
    }
  }
  return { graph, applied, plan: planFor(graph, applied, options, (id) => revisions.get(id)?.down !== null) };
}

function planFor(
  graph: RevisionSet['graph'],
  applied: ReadonlySet<string>,
  { to = 'heads', down, cascade = false }: SqlOptions,
  hasDown: (id: string) => boolean,
): Plan {
  if (down === undefined) return upgradePlan(graph, applied, to);
  return downgradePlan(graph, applied, down, { cascade, hasDown });
}
