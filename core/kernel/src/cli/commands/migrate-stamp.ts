import { stampProject } from '../../open/migrations.ts';
import type { Colors } from '../colors.ts';
import { counted } from '../format-text.ts';
import type { Command } from '../command.ts';
import { ledgerWarnings } from '../migration-reply.ts';
import { openProgress } from '../progress.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:stamp <target...>`. */
export const migrateStamp: Command = {
  about:
    'Marks revisions as applied in the ledger without running them, for a database that already has their tables from ' +
    'a dump or from another tool. The objects that they create must exist, by kind and name; code and dynamic SQL ' +
    'cannot be checked, and are listed. A target includes everything before it on its branch; ' +
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
  options: [
    { flag: 'dry-run', about: 'make all checks, but write nothing' },
    { flag: 'unchecked', about: 'do not compare the database; the ledger records that' },
  ],
  examples: [
    { line: 'kernel migrate:stamp heads --dry-run', about: 'see what would be stamped, and whether it exists' },
    { line: 'kernel migrate:stamp likes@0001', about: 'likes, up to that revision' },
    { line: 'kernel migrate:stamp heads', about: 'everything, for a dump of the same version of the application' },
  ],
  exits: [
    { code: 14, about: 'a revision depends on one that is neither applied nor a target' },
    { code: 15, about: 'the ledger and the code contradict each other' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 30, about: 'another process held the migration lock for too long' },
    { code: 40, about: 'the database lacks objects of the revisions, or still has some that they drop' },
  ],
  run({ operands, switches }, context) {
    const dryRun = switches.has('dry-run');
    return withProject(context, async (project) => {
      const { observer, end } = openProgress(context);
      const options = { observer, dryRun, unchecked: switches.has('unchecked') };
      const { runId, stamped, unchecked, ...unknown } = await stampProject(project, operands, options).finally(end);
      const dormant = unknown.dormant.map(({ id }) => id);
      const ahead = unknown.ahead.map(({ id }) => id);
      return {
        json: { runId, dryRun, stamped, unchecked, dormant, ahead },
        text: (colors) =>
          [
            ...stamped.map((id) => `${colors.green('=')} ${id}`),
            ...explainUnchecked(unchecked, options.unchecked, colors),
            outcomeOf(stamped.length, dryRun),
            ...ledgerWarnings(dormant, ahead, colors),
          ].join('\n'),
      };
    });
  },
};

function outcomeOf(count: number, dryRun: boolean): string {
  if (count === 0) return 'Nothing to stamp: everything is already applied.';
  const revisions = counted(count, 'revision');
  return dryRun
    ? `${revisions} would be stamped. Nothing was written.`
    : `${revisions} stamped as applied. Nothing was run.`;
}

function explainUnchecked(ids: readonly string[], all: boolean, colors: Colors): readonly string[] {
  if (ids.length === 0) return [];
  const warning = colors.yellow('warning');
  if (all) return [`${warning}: the database was not compared with the revisions, on request`];
  return [
    `${warning}: not compared with the database, since their effects cannot be read:`,
    ...ids.map((id) => `  ${id}`),
  ];
}
