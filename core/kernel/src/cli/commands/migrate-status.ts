import { readLedger } from '../../ledger/ledger.ts';
import { exitCode } from '../../error/exit-code.ts';
import { isKernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import { branchesOf, statusOf, type BranchStatus } from '../../migrate/branch-status.ts';
import { assertDatabaseAdopted } from '../../migrate/adopted-check.ts';
import { readMigrationState } from '../../migrate/migration-state.ts';
import { assertNoGaps } from '../../plan/applied-gaps.ts';
import { columns, counted } from '../format-text.ts';
import type { Command } from '../command.ts';
import type { Colors } from '../colors.ts';
import { withProject, type OpenProject } from '../open-project.ts';

/** `kernel migrate:status`. */
export const migrateStatus: Command = {
  about:
    'Shows one line per branch: how many revisions are applied, pending (in the code, not applied), dormant (applied, ' +
    'but the plugin is not active) and ahead (applied, unknown to the code). Writes nothing. If migrate:up would ' +
    'reject the ledger, it shows the table and then the reason.',
  examples: [
    { line: 'kernel migrate:status', about: 'as a table' },
    { line: 'kernel migrate:status --json', about: 'as data, in addition to the exit code' },
  ],
  exits: [
    { code: 0, about: 'nothing is pending' },
    { code: 3, about: 'something is pending' },
    { code: 15, about: 'the ledger and the code contradict each other' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 33, about: 'the database has newer revisions that this code is not compatible with' },
  ],
  run(_, context) {
    return withProject(context, async (project) => {
      const ledger = await readLedger(project.session);
      const branches = branchesOf(project.revisionSet.pluginSet, ledger).map(statusOf);
      const error = await problemOf(project, ledger);
      const inState = (state: 'pending' | 'dormant' | 'ahead'): ReadonlySet<string> =>
        new Set(branches.flatMap((branch) => branch[state]));
      // In the order in which they ran or will run.
      const pending = idsOf(project.revisionSet.graph.order, inState('pending'));
      const dormant = idsOf(ledger.rows, inState('dormant'));
      const ahead = idsOf(ledger.rows, inState('ahead'));
      const database = project.config.database.shown;
      return {
        ...(error === null ? { exit: pending.length > 0 ? exitCode.pending : exitCode.done } : { error }),
        json: { database, branches, pending, dormant, ahead, error },
        text: (colors) =>
          [
            `database ${database}`,
            ...columns(branches.map((branch) => rowOf(branch, colors))).map((line) => `  ${line}`),
            pending.length === 0
              ? 'Nothing is pending.'
              : `${counted(pending.length, 'revision')} pending. Apply them: npx kernel migrate:up`,
          ].join('\n'),
      };
    });
  },
};

function idsOf(ordered: readonly { readonly id: string }[], wanted: ReadonlySet<string>): readonly string[] {
  return ordered.flatMap(({ id }) => (wanted.has(id) ? [id] : []));
}

/** Returns the error that an upgrade would throw for this ledger, or `null` if it would accept the ledger. */
async function problemOf(
  { session, revisionSet }: OpenProject,
  ledger: Awaited<ReturnType<typeof readLedger>>,
): Promise<KernelError | null> {
  try {
    const state = await readMigrationState(session, revisionSet, ledger);
    const { graph, history } = state;
    assertNoGaps(graph, history.applied);
    const pending = graph.order.flatMap(({ id, dormant }) => (dormant || history.applied.has(id) ? [] : [id]));
    await assertDatabaseAdopted(session, revisionSet, state, pending);
    return null;
  } catch (error) {
    if (isKernelError(error)) return error;
    throw error;
  }
}

function rowOf({ plugin, state, applied, pending, ahead, current }: BranchStatus, colors: Colors): readonly string[] {
  const mark =
    state === 'dormant'
      ? colors.yellow('dormant')
      : ahead.length > 0
        ? colors.yellow('ahead')
        : pending.length > 0
          ? colors.bold('pending')
          : colors.green('up to date');
  return [
    plugin,
    mark,
    `${applied} applied`,
    pending.length > 0 ? `${pending.length} pending` : ahead.length > 0 ? `${ahead.length} ahead` : '',
    current.length > 0 ? `at ${current.join(', ')}` : '',
  ];
}
