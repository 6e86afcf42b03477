import { kernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import { readPlan, type DetailedPlan } from '../../open/plan.ts';
import { explainPlan } from '../../plan/explain-plan.ts';
import type { Command, Input } from '../command.ts';
import { withProject } from '../open-project.ts';
import { removedWarnings } from '../removed-warnings.ts';
import { usageOf } from '../signature.ts';
import { explainNothing } from './migrate-down.ts';

/** `kernel migrate:plan [target...]`. */
export const migratePlan: Command = {
  about:
    'Shows the revisions that migrate:up would run, or with --down those of migrate:down, in order. Reads the ledger ' +
    'and writes nothing. The same code and the same ledger give the same plan, byte for byte, on every machine. It warns ' +
    'of a revision that needs an object which a revision of another plugin removes before.',
  arguments: [{ name: 'target', about: 'as for migrate:up; default: heads', many: true, complete: 'branch' }],
  options: [
    { flag: 'down', value: 'target', about: 'plan a downgrade to this target instead' },
    { flag: 'run', value: 'id', about: 'plan to undo what this run has applied instead' },
    { flag: 'cascade', about: 'with --down or --run: also revert what depends on it' },
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
  async run(input, context) {
    assertOneDirection(input);
    const { operands, switches, values } = input;
    const [sql, cascade] = [switches.has('sql'), switches.has('cascade')];
    const [down, run] = [values.get('down'), values.get('run')];
    const to = operands.length === 0 ? 'heads' : operands;
    const plan = await withProject(context, (project) => readPlan(project, { to, down, run, cascade, sql }));
    return {
      json: plan,
      text: (colors) => {
        if (plan.steps.length === 0) return down === undefined ? 'Nothing is pending.' : explainNothing(down);
        const warnings = removedWarnings(plan.removed);
        if (sql) return [...warnings.map((line) => `-- warning: ${line}`), explainSql(plan)].join('\n');
        return [explainMarked(plan), ...warnings.map((line) => `${colors.yellow('warning')}: ${line}`)].join('\n');
      },
    };
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
  if (values.has('run') && (values.has('down') || operands.length > 0)) {
    throw wrong('kernel migrate:plan: --run plans to undo a run, so it takes no target.');
  }
  if (switches.has('cascade') && !values.has('down') && !values.has('run')) {
    throw wrong('kernel migrate:plan: --cascade only works with --down <target> or --run <id>.');
  }
}

function explainMarked(plan: DetailedPlan): string {
  const [headline = '', ...lines] = explainPlan(plan).split('\n');
  const marked = lines.map((line, i) => {
    const step = plan.steps[i];
    const marks = [
      // A revision that only the ledger has is not marked.
      ...(step?.breaking === true && step.file !== null ? ['breaking'] : []),
      ...(step?.transaction === false ? ['outside a transaction'] : []),
    ];
    return marks.length === 0 ? line : `${line}  (${marks.join(', ')})`;
  });
  return [headline, ...marked].join('\n');
}

/** Formats the plan as a script, in which everything but SQL is a comment. */
function explainSql({ steps }: DetailedPlan): string {
  return steps.map(({ id, direction, sql }) => `-- ${id}, ${direction}\n${sql ?? ''}`).join('\n\n');
}
