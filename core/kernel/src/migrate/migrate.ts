import type { UpgradeSettings } from '../config/config.ts';
import { applyPlan, type ApplyResult } from '../run/apply.ts';
import type { RunnableStep } from '../run/batches.ts';
import { digestOf, type Ledger, type LedgerRow } from '../ledger/ledger.ts';
import type { Observer, Run } from '../run/run.ts';
import type { Session } from '../db/session.ts';
import { downgradePlan } from '../plan/downgrade-plan.ts';
import { planOf, type Plan } from '../plan/plan.ts';
import { resolveTarget, type ResolvedTarget } from '../plan/resolve-target.ts';
import { upgradePlan } from '../plan/upgrade-plan.ts';
import { stateOf, type Blueprint, type State } from './state.ts';

/** What a migration came to, and what the ledger said before it. */
export interface MigrationResult extends ApplyResult {
  /** The plan as it was made first. Other processes may have run a part of it. */
  readonly plan: Plan;
  readonly dormant: readonly LedgerRow[];
  /** Rows that active code does not know, none of them breaking: a warning. */
  readonly ahead: readonly LedgerRow[];
}

/** Where and how to migrate. */
export interface MigrationOptions {
  readonly session: Session;
  readonly blueprint: Blueprint;
  readonly settings: UpgradeSettings;
  readonly observer?: Observer;
}

/**
 * Upgrades to `targets`. Refusals that come before the first write are thrown; what ended a run half-way is in
 * `error`, beside what was committed.
 */
export function upgrade(
  options: MigrationOptions,
  targets: string | readonly string[] = 'heads',
): Promise<MigrationResult> {
  let fixed: readonly string[] | null = null;
  const makePlan: MakePlan = ({ graph, history }) => {
    const plan = upgradePlan(graph, history.applied, fixed ?? targets);
    // Where the first plan led is where we go: `likes@+1` asked again would be one further.
    fixed ??= plan.steps.map((step) => step.id);
    return plan;
  };
  return migrate(options, makePlan, targets === 'heads' ? digestOf(options.blueprint.revisions.values()) : undefined);
}

/** Downgrades to `target`; with `cascade`, along with what stands on it. Throws and reports like {@link upgrade}. */
export function downgrade(
  options: MigrationOptions,
  target: string,
  { cascade = false }: { readonly cascade?: boolean } = {},
): Promise<MigrationResult> {
  let fixed: string | null = null;
  return migrate(options, (state) => {
    const { graph, history } = state;
    fixed ??= fixedTarget(resolveTarget(graph, history.applied, target, 'down'), target);
    const hasDown = hasDownIn(options.blueprint, state);
    return downgradePlan(graph, history.applied, fixed, { cascade, hasDown });
  });
}

/** The same target in words that mean the same when the ledger has moved: `likes@-1` asked again would be one further. */
function fixedTarget(resolved: ResolvedTarget, target: string): string {
  if (resolved.kind === 'revisions') return resolved.ids[0] ?? target;
  const [plugin, ...others] = resolved.plugins;
  return plugin === undefined || others.length > 0 ? target : `${plugin}@base`;
}

type MakePlan = (state: State) => Plan;

/** `done` is the digest of a ledger with which there is nothing to do, whatever `makePlan` would say. */
async function migrate(options: MigrationOptions, makePlan: MakePlan, done?: string): Promise<MigrationResult> {
  const { session, blueprint, settings, observer } = options;
  let first: Pick<MigrationResult, 'plan' | 'dormant' | 'ahead'> = { plan: planOf([], 'up'), dormant: [], ahead: [] };
  let asked = false;
  const plan = async (ledger: Ledger): Promise<readonly RunnableStep[]> => {
    const state = await stateOf(session, blueprint, ledger);
    const made = makePlan(state);
    if (!asked) first = { plan: made, dormant: state.history.dormant, ahead: state.history.ahead };
    asked = true;
    return made.steps.map((step) => runnable(step, blueprint));
  };
  const work = {
    plan,
    packageOf: packageOf(blueprint),
    settings,
    ...(observer && { observer }),
    ...(done && { done }),
  };
  const result = await applyPlan(session, work);
  // A refusal that came before there was a plan.
  if (!asked && result.error !== null) throw result.error;
  return { ...result, ...first };
}

/** Tells the package that a plugin's revisions come from, as far as it is known. */
export function packageOf({ set }: Blueprint): Run['packageOf'] {
  return (name) => {
    const plugin = set.byName.get(name);
    return { package: plugin?.package ?? name, version: plugin?.version ?? '0.0.0' };
  };
}

function runnable(step: Plan['steps'][number], { revisions }: Blueprint): RunnableStep {
  return { id: step.id, direction: step.direction, revision: revisions.get(step.id) ?? null };
}

/** Whether a revision can be undone: by its file where its plugin is active, else by what the ledger holds. */
export function hasDownIn(blueprint: Blueprint, state: State): (id: string) => boolean {
  const rows = new Map(state.ledger.rows.map((row) => [row.id, row]));
  return (id) => {
    const revision = blueprint.revisions.get(id);
    return revision === undefined ? rows.get(id)?.hasDown === true : revision.down !== null;
  };
}
