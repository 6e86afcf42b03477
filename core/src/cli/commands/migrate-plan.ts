import { readDetails } from '../../db/ledger.ts';
import type { Session } from '../../db/session.ts';
import { hasDownIn } from '../../kernel/migrate.ts';
import { readState, type Blueprint, type State } from '../../kernel/state.ts';
import { downgradePlan } from '../../plan/downgrade-plan.ts';
import { explainPlan } from '../../plan/explain-plan.ts';
import type { Plan, Step } from '../../plan/plan.ts';
import { upgradePlan } from '../../plan/upgrade-plan.ts';
import type { Invocation } from '../command.ts';
import { withSession } from '../open-kernel.ts';

/** `kernel migrate:plan [target…]`. */
export function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  return withSession(invocation, async ({ blueprint, session }) => {
    const state = await readState(session, blueprint);
    const plan = planFor(invocation, blueprint, state);
    const sql = invocation.flag('sql') ? await textsOf(plan, blueprint, session) : null;
    if (json) {
      io.json({ steps: plan.steps.map((step) => detailed(step, blueprint, state, sql)) });
      return 0;
    }
    if (sql === null) io.line(explainPlan(plan));
    else for (const step of plan.steps) io.line(`-- ${step.id}, ${step.direction}\n${sql.get(step.id) ?? ''}\n`);
    return 0;
  });
}

function planFor(invocation: Invocation, blueprint: Blueprint, state: State): Plan {
  const { graph, history } = state;
  const down = invocation.value('down');
  if (down === undefined) {
    return upgradePlan(graph, history.applied, invocation.args.length === 0 ? 'heads' : invocation.args);
  }
  const options = { cascade: invocation.flag('cascade'), hasDown: hasDownIn(blueprint, state) };
  return downgradePlan(graph, history.applied, down, options);
}

function detailed(
  step: Step,
  { revisions }: Blueprint,
  { graph }: State,
  sql: ReadonlyMap<string, string> | null,
): Readonly<Record<string, unknown>> {
  const node = graph.byId.get(step.id);
  const revision = revisions.get(step.id);
  return {
    id: step.id,
    direction: step.direction,
    plugin: step.plugin,
    revises: node?.revises ?? [],
    dependsOn: node?.dependsOn ?? [],
    dormant: revision === undefined,
    ...(revision !== undefined && {
      kind: (step.direction === 'up' ? revision.up : revision.down)?.kind ?? null,
      breaking: revision.breaking,
      transaction: revision.transaction,
      file: revision.file,
    }),
    ...(sql !== null && { sql: sql.get(step.id) ?? null }),
  };
}

/** What each step would run: from the code, and where that is gone from the ledger. */
async function textsOf(plan: Plan, { revisions }: Blueprint, session: Session): Promise<ReadonlyMap<string, string>> {
  const gone = plan.steps.filter((step) => !revisions.has(step.id)).map((step) => step.id);
  const kept = gone.length === 0 ? [] : await readDetails(session, gone);
  const texts = new Map(kept.map((row) => [row.id, row.down ?? '']));
  for (const { id, direction } of plan.steps) {
    const revision = revisions.get(id);
    const body = direction === 'up' ? revision?.up : revision?.down;
    if (body?.kind === 'sql') texts.set(id, body.text);
    if (body?.kind === 'code') texts.set(id, `-- code, version ${body.version}`);
  }
  return texts;
}
