import { exitCode } from '../../error/exit-code.ts';
import type { BranchStatus } from '../../migrate/branch-status.ts';
import { readStatus } from '../../open/status.ts';
import { columns, counted } from '../format-text.ts';
import type { Command } from '../command.ts';
import type { Colors } from '../colors.ts';
import { withProject } from '../open-project.ts';

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
  async run(_, context) {
    const status = await withProject(context, readStatus);
    const { database, branches, pending, error } = status;
    return {
      ...(error === null ? { exit: pending.length > 0 ? exitCode.pending : exitCode.done } : { error }),
      json: status,
      text: (colors) =>
        [
          `database ${database}`,
          ...columns(branches.map((branch) => rowOf(branch, colors))).map((line) => `  ${line}`),
          pending.length === 0
            ? 'Nothing is pending.'
            : `${counted(pending.length, 'revision')} pending. Apply them: npx kernel migrate:up`,
        ].join('\n'),
    };
  },
};

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
