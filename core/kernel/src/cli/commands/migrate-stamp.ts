import { stampProject } from '../../open/migrations.ts';
import { counted } from '../format-text.ts';
import type { Command } from '../command.ts';
import { ledgerWarnings } from '../migration-reply.ts';
import { openProgress } from '../progress.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:stamp <target...>`. */
export const migrateStamp: Command = {
  about:
    'Marks revisions as applied in the ledger without running them, for a database that already has their tables from ' +
    'a dump or from another tool. The tables are not checked. A target includes everything before it on its branch; ' +
    'the revisions of other plugins that it depends on must be applied, or be targets as well. A revision that has a ' +
    'row is skipped, so the command can be repeated. The ledger also records that the row was stamped.',
  arguments: [
    {
      name: 'target',
      about: 'heads, likes (its head), likes@0002 or likes@+1',
      required: true,
      many: true,
      complete: 'branch',
    },
  ],
  examples: [
    { line: 'kernel migrate:stamp likes@0001', about: 'likes, up to that revision' },
    { line: 'kernel migrate:stamp heads', about: 'everything, for a dump of the same version of the application' },
  ],
  exits: [
    { code: 14, about: 'a revision depends on one that is neither applied nor a target' },
    { code: 15, about: 'the ledger and the code contradict each other' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 30, about: 'another process held the migration lock for too long' },
  ],
  run({ operands }, context) {
    return withProject(context, async (project) => {
      const { observer, end } = openProgress(context);
      const { runId, stamped, ...unknown } = await stampProject(project, operands, { observer }).finally(end);
      const dormant = unknown.dormant.map(({ id }) => id);
      const ahead = unknown.ahead.map(({ id }) => id);
      return {
        json: { runId, stamped, dormant, ahead },
        text: (colors) =>
          [
            ...stamped.map((id) => `${colors.green('=')} ${id}`),
            stamped.length === 0
              ? 'Nothing to stamp: everything is already applied.'
              : `${counted(stamped.length, 'revision')} stamped as applied. Nothing was run.`,
            ...ledgerWarnings(dormant, ahead, colors),
          ].join('\n'),
      };
    });
  },
};
