import { readDetails } from '../../ledger/ledger.ts';
import type { Session } from '../../db/session.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import { hasDownIn } from '../../migrate/migrate.ts';
import { readState, type Blueprint, type State } from '../../migrate/state.ts';
import { downgradePlan } from '../../plan/downgrade-plan.ts';
import { explainPlan } from '../../plan/explain-plan.ts';
import type { Plan, Step } from '../../plan/plan.ts';
import { upgradePlan } from '../../plan/upgrade-plan.ts';
import type { Command, Input } from '../command.ts';
import { withProject } from '../project.ts';
import { usageOf } from '../shape.ts';
import { explainNothing } from './migrate-down.ts';

/** `kernel migrate:plan [target...]`. */
export const migratePlan: Command = {
  about:
    'Shows what migrate:up would run, or with --down what migrate:down would, in order. Reads the ledger and writes ' +
    'nothing. The same code and the same ledger give the same plan, byte for byte, on every machine.',
  arguments: [{ name: 'target', about: 'as for migrate:up; default: heads', many: true, complete: 'branch' }],
  options: [
    { flag: 'down', value: 'target', about: 'plan a downgrade to this target instead' },
    { flag: 'cascade', about: 'with --down: also take what stands on it' },
    { flag: 'sql', about: 'the SQL of each step' },
  ],
  examples: [
    { line: 'kernel migrate:plan', about: 'what the next start would apply' },
    { line: 'kernel migrate:plan likes --sql', about: 'what likes needs, to read before it runs' },
    { line: 'kernel migrate:plan --down core@base --cascade', about: 'what it would take to remove everything' },
  ],
  exits: [
    { code: 14, about: 'the downgrade would be refused' },
    { code: 15, about: 'the ledger and the code tell different histories' },
    { code: 20, about: 'the database cannot be reached' },
  ],
  run(input, context) {
    assertOneDirection(input);
    return withProject(context, async ({ blueprint, session }) => {
      const state = await readState(session, blueprint);
      const plan = planFor(input, blueprint, state);
      const sql = input.switches.has('sql') ? await textsOf(plan, blueprint, session) : null;
      const down = input.values.get('down');
      return {
        json: { steps: plan.steps.map((step) => detailed(step, blueprint, state, sql)) },
        text: () => {
          if (plan.steps.length === 0) return down === undefined ? 'Nothing is pending.' : explainNothing(down);
          return sql === null ? explainMarked(plan, blueprint) : explainSql(plan, sql);
        },
      };
    });
  },
};

function assertOneDirection({ operands, values, switches }: Input): void {
  const wrong = (what: string): KernelError =>
    kernelError('USAGE', { what, usage: usageOf('migrate:plan', migratePlan), command: 'migrate:plan' });
  if (values.has('down') && operands.length > 0) {
    throw wrong(`kernel migrate:plan: "${operands.join(' ')}" leads up and --down leads down; give one of the two.`);
  }
  if (switches.has('cascade') && !values.has('down')) {
    throw wrong('kernel migrate:plan: --cascade belongs to --down <target>.');
  }
}

function planFor({ operands, values, switches }: Input, blueprint: Blueprint, state: State): Plan {
  const { graph, history } = state;
  const down = values.get('down');
  if (down === undefined) return upgradePlan(graph, history.applied, operands.length === 0 ? 'heads' : operands);
  const cascade = switches.has('cascade');
  return downgradePlan(graph, history.applied, down, { cascade, hasDown: hasDownIn(blueprint, state) });
}

/** A step as data. Of a revision that only the ledger has, what a ledger does not hold is `null`. */
function detailed(
  { id, direction, plugin }: Step,
  { revisions }: Blueprint,
  { graph }: State,
  sql: ReadonlyMap<string, string> | null,
): Readonly<Record<string, unknown>> {
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

function explainMarked(plan: Plan, { revisions }: Blueprint): string {
  const [headline = '', ...lines] = explainPlan(plan).split('\n');
  const marked = lines.map((line, i) => {
    const revision = revisions.get(plan.steps[i]?.id ?? '');
    const marks = [
      ...(revision?.breaking === true ? ['breaking'] : []),
      ...(revision?.transaction === false ? ['outside a transaction'] : []),
    ];
    return marks.length === 0 ? line : `${line}  (${marks.join(', ')})`;
  });
  return [headline, ...marked].join('\n');
}

/** A script: all that is not SQL is a comment. */
function explainSql(plan: Plan, sql: ReadonlyMap<string, string>): string {
  return plan.steps.map(({ id, direction }) => `-- ${id}, ${direction}\n${sql.get(id) ?? ''}`).join('\n\n');
}

/** What each step would run: from the code, and where that is gone from the ledger. */
async function textsOf(plan: Plan, { revisions }: Blueprint, session: Session): Promise<ReadonlyMap<string, string>> {
  const gone = plan.steps.flatMap(({ id }) => (revisions.has(id) ? [] : [id]));
  const kept = gone.length === 0 ? [] : await readDetails(session, gone);
  const texts = new Map(kept.map((row) => [row.id, row.down ?? '']));
  for (const { id, direction } of plan.steps) {
    const revision = revisions.get(id);
    const body = direction === 'up' ? revision?.up : revision?.down;
    if (body?.kind === 'sql') texts.set(id, body.text.trim());
    if (body?.kind === 'code') texts.set(id, `-- code, version ${body.version}: ${revision?.file ?? ''}`);
  }
  return texts;
}
