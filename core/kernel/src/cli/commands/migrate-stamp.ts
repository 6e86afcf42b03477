import { stamp } from '../../migrate/migrate.ts';
import { counted } from '../columns.ts';
import type { Command } from '../command.ts';
import { explainUnknown } from '../migration.ts';
import { openProgress } from '../progress.ts';
import { withProject } from '../project.ts';

/** `kernel migrate:stamp <target...>`. */
export const migrateStamp: Command = {
  about:
    'Writes into the ledger that revisions are applied, and runs none of them: for a database that has their tables ' +
    'already, from a dump or from another tool. Nothing checks that they are there. Each target stands for its branch ' +
    'up to it; what that depends on in other plugins has to be applied, or named as well. What has a row is left ' +
    'alone, so running it again is safe. An event in the ledger tells such a row from one that ran.',
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
    { line: 'kernel migrate:stamp heads', about: 'everything: the dump was taken from an application as new as this' },
  ],
  exits: [
    { code: 14, about: 'what a revision depends on is neither applied nor named' },
    { code: 15, about: 'the ledger and the code tell different histories' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 30, about: 'another process has held the migration lock for too long' },
  ],
  run({ operands }, context) {
    return withProject(context, async ({ config, blueprint, session }) => {
      const { observer, end } = openProgress(context);
      const options = { session, blueprint, settings: config.upgrade, observer };
      const { runId, stamped, ...unknown } = await stamp(options, operands).finally(end);
      const dormant = unknown.dormant.map(({ id }) => id);
      const ahead = unknown.ahead.map(({ id }) => id);
      return {
        json: { runId, stamped, dormant, ahead },
        text: (paint) =>
          [
            ...stamped.map((id) => `${paint.green('=')} ${id}`),
            stamped.length === 0
              ? 'Nothing to stamp: all of it is applied already.'
              : `${counted(stamped.length, 'revision')} stamped as applied. Nothing was run.`,
            ...explainUnknown(dormant, ahead, paint),
          ].join('\n'),
      };
    });
  },
};
