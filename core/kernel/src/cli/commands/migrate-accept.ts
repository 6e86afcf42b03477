import { kernelError } from '../../error/kernel-codes.ts';
import { acceptEdit, type Accepted } from '../../open/accept.ts';
import type { Colors } from '../colors.ts';
import type { Command } from '../command.ts';
import { differenceText } from '../difference-text.ts';
import { withProject } from '../open-project.ts';
import { usageOf } from '../signature.ts';

/** `kernel migrate:accept <revision>`. */
export const migrateAccept: Command = {
  about:
    'Accepts an edit of an applied revision that is known to lead to the same database, which every upgrade refuses ' +
    'otherwise. Shows the difference between the SQL that ran and that of the code. Writes nothing without --apply. ' +
    'With it, the ledger gets the SQL and the edges of the code, and keeps the old ones with the reason. The objects ' +
    'that the edited SQL creates must exist, by kind and name; their definitions are not compared.',
  arguments: [{ name: 'revision', about: 'likes@0002 (a unique prefix)', required: true, complete: 'branch' }],
  options: [
    { flag: 'apply', about: 'do it; needs --reason' },
    { flag: 'reason', value: 'text', about: 'why the edit changes nothing, for the ledger' },
    { flag: 'unchecked', about: 'do not compare the database; the ledger records that' },
  ],
  examples: [
    { line: 'kernel migrate:accept likes@0002', about: 'see the difference, and whether its objects exist' },
    { line: 'kernel migrate:accept likes@0002 --apply --reason reordered', about: 'accept it' },
  ],
  exits: [
    { code: 2, about: 'there is no such revision, or no edit of it' },
    { code: 15, about: 'the edited revision needs one that is not applied' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 30, about: 'another process held the migration lock for too long' },
    { code: 40, about: 'the database lacks objects of the edited revision, or has some that it leaves out' },
  ],
  async run({ operands: [target = ''], switches, values }, context) {
    const isApplied = switches.has('apply');
    const reason = values.get('reason')?.trim() ?? '';
    if (isApplied && reason === '') {
      const what = 'kernel migrate:accept --apply needs --reason <text>, which the ledger keeps.';
      throw kernelError('USAGE', { what, usage: usageOf('migrate:accept', migrateAccept), command: 'migrate:accept' });
    }
    const options = { dryRun: !isApplied, unchecked: switches.has('unchecked'), ...(reason !== '' && { reason }) };
    const done = await withProject(context, (project) => acceptEdit(project, target, options));
    return { json: done, text: (colors) => explain(done, colors) };
  },
};

function explain({ runId, revision, what, lines, checked }: Accepted, colors: Colors): string {
  return [
    colors.yellow(`-- edited since it was applied: ${what}`),
    ...differenceText(lines, colors),
    '',
    ...(checked
      ? []
      : [`${colors.yellow('warning')}: not compared with the database: code, hidden effects, or on request`]),
    runId === null
      ? `Nothing was written. To accept it: npx kernel migrate:accept ${revision} --apply --reason "…"`
      : `The ledger has the edited ${revision}, and keeps the old one.`,
  ].join('\n');
}
