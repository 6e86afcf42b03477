import { readDetails } from '../../ledger/ledger.ts';
import type { Session } from '../../db/session.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import { hasDownIn } from '../../migrate/migrate.ts';
import { readMigrationState, type MigrationState } from '../../migrate/migration-state.ts';
import type { RevisionSet } from '../../migrate/revision-set.ts';
import { downgradePlan } from '../../plan/downgrade-plan.ts';
import { explainPlan } from '../../plan/explain-plan.ts';
import type { Plan, Step } from '../../plan/plan.ts';
import { upgradePlan } from '../../plan/upgrade-plan.ts';
import type { Command, Input } from '../command.ts';
import { withProject } from '../open-project.ts';
import { usageOf } from '../signature.ts';
import { explainNothing } from './migrate-down.ts';

/** `kernel migrate:plan [target...]`. */
export const migratePlan: Command = {
  about:
    'Shows the revisions that migrate:up would run, or with --down those of migrate:down, in order. Reads the ledger ' +
    'and writes nothing. The same code and the same ledger give the same plan, byte for byte, on every machine.',
  arguments: [{ name: 'target', about: 'as for migrate:up; default: heads', many: true, complete: 'branch' }],
  options: [
    { flag: 'down', value: 'target', about: 'plan a downgrade to this target instead' },
    { flag: 'cascade', about: 'with --down: also revert what depends on it' },
    { flag: 'sql', about: 'print the SQL of each step' },
  ],
  examples: [
    { line: 'kernel migrate:plan', about: 'preview the next start' },
    { line: 'kernel migrate:plan likes --sql', about: 'review the SQL that upgrades likes' },
    { line: 'kernel migrate:plan --down core@base --cascade', about: 'preview the removal of everything' },
  ],
  exits: [
    { code: 14, about: 'the downgrade would be refused' },
    { code: 15, about: 'the ledger and the code contradict each other' },
    { code: 20, about: 'the database cannot be reached' },
  ],
  run(input, context) {
    assertOneDirection(input);
    return withProject(context, async ({ revisionSet, session }) => {
      const state = await readMigrationState(session, revisionSet);
      const plan = planFor(input, revisionSet, state);
      const sql = input.switches.has('sql') ? await textsOf(plan, revisionSet, session) : null;
      const down = input.values.get('down');
      return {
        json: { steps: plan.steps.map((step) => detailed(step, revisionSet, state, sql)) },
        text: () => {
          if (plan.steps.length === 0) return down === undefined ? 'Nothing is pending.' : explainNothing(down);
          return sql === null ? explainMarked(plan, revisionSet) : explainSql(plan, sql);
        },
      };
    });
  },
};

function assertOneDirection({ operands, values, switches }: Input): void {
  const wrong = (what: string): KernelError =>
    kernelError('USAGE', { what, usage: usageOf('migrate:plan', migratePlan), command: 'migrate:plan' });
  if (values.has('down') && operands.length > 0) {
    throw wrong(
      `kernel migrate:plan: "${operands.join(' ')}" is a target to upgrade to, and --down a target to downgrade to; give one of them.`,
    );
  }
  if (switches.has('cascade') && !values.has('down')) {
    throw wrong('kernel migrate:plan: --cascade only works with --down <target>.');
  }
}

function planFor({ operands, values, switches }: Input, revisionSet: RevisionSet, state: MigrationState): Plan {
  const { graph, history } = state;
  const down = values.get('down');
  if (down === undefined) return upgradePlan(graph, history.applied, operands.length === 0 ? 'heads' : operands);
  const cascade = switches.has('cascade');
  return downgradePlan(graph, history.applied, down, { cascade, hasDown: hasDownIn(revisionSet, state) });
}

/**
 * Returns a step as data. For a revision that only the ledger has, fields that the ledger does not store are `null`.
 */
function detailed(
  { id, direction, plugin }: Step,
  { revisions }: RevisionSet,
  { graph }: MigrationState,
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

function explainMarked(plan: Plan, { revisions }: RevisionSet): string {
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

/** Formats the plan as a script, in which everything but SQL is a comment. */
function explainSql(plan: Plan, sql: ReadonlyMap<string, string>): string {
  return plan.steps.map(({ id, direction }) => `-- ${id}, ${direction}\n${sql.get(id) ?? ''}`).join('\n\n');
}

/** Returns the SQL of each step, from the code or, for a revision that the code no longer has, from the ledger. */
async function textsOf(plan: Plan, { revisions }: RevisionSet, session: Session): Promise<ReadonlyMap<string, string>> {
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
