import { readCurrent, type CurrentRevision } from '../../open/branches.ts';
import type { Command } from '../command.ts';
import { columns, moment } from '../format-text.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:current`. */
export const migrateCurrent: Command = {
  about:
    'Lists the latest applied revision of each branch, and marks heads, dormant branches and revisions that the code ' +
    'does not know. With --verbose it adds when, by which version and on which computer each was applied.',
  options: [{ flag: 'verbose', about: 'add the time, the version of the package, the run and the host' }],
  examples: [
    { line: 'kernel migrate:current', about: 'one revision per line' },
    { line: 'kernel migrate:current --verbose', about: 'find out which deployment has applied it' },
  ],
  exits: [{ code: 20, about: 'the database cannot be reached' }],
  async run({ switches }, context) {
    const revisions = await withProject(context, readCurrent);
    const inState = (state: string): readonly string[] =>
      revisions.flatMap((revision) => (revision.state === state ? [revision.id] : []));
    const current = revisions.map(({ id }) => id);
    return {
      json: { current, dormant: inState('dormant'), ahead: inState('ahead'), revisions },
      text: (colors) => {
        if (current.length === 0) return 'Nothing is applied.';
        const rows = revisions.map((revision) => [
          revision.id,
          revision.state === 'applied' ? (revision.isHead ? '(head)' : '') : colors.yellow(`(${revision.state})`),
          ...(switches.has('verbose') ? recordColumns(revision.applied) : []),
        ]);
        return columns(rows).join('\n');
      },
    };
  },
};

/** Returns the columns of a record: when, by which version, where, in which run. */
export function recordColumns({ at, version, host, run }: CurrentRevision['applied']): readonly string[] {
  return [moment(at), version, host ?? 'unknown host', `run ${run}`];
}
