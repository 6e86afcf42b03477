import { readLedger } from '../../ledger/ledger.ts';
import { exitCode } from '../../error/exit-code.ts';
import { isKernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import { branchesOf, statusOf, type BranchStatus } from '../../migrate/branches.ts';
import { stateOf } from '../../migrate/state.ts';
import { assertNoGaps } from '../../plan/applied-gaps.ts';
import { columns, counted } from '../columns.ts';
import type { Command } from '../command.ts';
import type { Paint } from '../paint.ts';
import { withProject, type OpenProject } from '../project.ts';

/** `kernel migrate:status`. */
export const migrateStatus: Command = {
  about:
    'Tells each branch in a line: what is applied, what is pending (in the code, not applied), what is dormant (applied, ' +
    'its plugin not active) and what is ahead (applied, unknown to the code). Writes nothing. It also tells a history ' +
    'that migrate:up refuses, and then the reason.',
  examples: [
    { line: 'kernel migrate:status', about: 'for people' },
    { line: 'kernel migrate:status --json', about: 'for programs, beside the exit code' },
  ],
  exits: [
    { code: 0, about: 'nothing is pending' },
    { code: 3, about: 'something is pending' },
    { code: 15, about: 'the ledger and the code tell different histories' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 33, about: 'the database is ahead of this code, in a way that it cannot live with' },
  ],
  run(_, context) {
    return withProject(context, async (project) => {
      const ledger = await readLedger(project.session);
      const branches = branchesOf(project.blueprint.set, ledger).map(statusOf);
      const error = await problemOf(project, ledger);
      const inState = (state: 'pending' | 'dormant' | 'ahead'): ReadonlySet<string> =>
        new Set(branches.flatMap((branch) => branch[state]));
      // In the order in which they run, and in which they were run.
      const pending = idsOf(project.blueprint.graph.order, inState('pending'));
      const dormant = idsOf(ledger.rows, inState('dormant'));
      const ahead = idsOf(ledger.rows, inState('ahead'));
      const database = project.config.database.shown;
      return {
        ...(error === null ? { exit: pending.length > 0 ? exitCode.pending : exitCode.done } : { error }),
        json: { database, branches, pending, dormant, ahead, error },
        text: (paint) =>
          [
            `database ${database}`,
            ...columns(branches.map((branch) => rowOf(branch, paint))).map((line) => `  ${line}`),
            pending.length === 0
              ? 'Nothing is pending.'
              : `${counted(pending.length, 'revision')} pending. To apply: npx kernel migrate:up`,
          ].join('\n'),
      };
    });
  },
};

function idsOf(ordered: readonly { readonly id: string }[], wanted: ReadonlySet<string>): readonly string[] {
  return ordered.flatMap(({ id }) => (wanted.has(id) ? [id] : []));
}

/** Why an upgrade would be refused, as far as the ledger is the reason. */
async function problemOf(
  { session, blueprint }: OpenProject,
  ledger: Awaited<ReturnType<typeof readLedger>>,
): Promise<KernelError | null> {
  try {
    const { graph, history } = await stateOf(session, blueprint, ledger);
    assertNoGaps(graph, history.applied);
    return null;
  } catch (error) {
    if (isKernelError(error)) return error;
    throw error;
  }
}

function rowOf({ plugin, state, applied, pending, ahead, current }: BranchStatus, paint: Paint): readonly string[] {
  const mark =
    state === 'dormant'
      ? paint.yellow('dormant')
      : ahead.length > 0
        ? paint.yellow('ahead')
        : pending.length > 0
          ? paint.bold('pending')
          : paint.green('up to date');
  return [
    plugin,
    mark,
    `${applied} applied`,
    pending.length > 0 ? `${pending.length} pending` : ahead.length > 0 ? `${ahead.length} ahead` : '',
    current.length > 0 ? `at ${current.join(', ')}` : '',
  ];
}
