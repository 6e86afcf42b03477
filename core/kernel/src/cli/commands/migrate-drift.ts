import { exitCode } from '../../error/exit-code.ts';
import type { Drift } from '../../migrate/drift-check.ts';
import { readProjectDrift } from '../../open/drift.ts';
import type { Colors } from '../colors.ts';
import type { Command } from '../command.ts';
import { columns, counted } from '../format-text.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:drift`. */
export const migrateDrift: Command = {
  about:
    'Compares the objects in the database with those that the applied revisions created, according to the ledger: ' +
    'tables, columns, indexes, views, functions, types, sequences, triggers and policies, by kind and name. A missing ' +
    'object is listed with its plugin and its revision. Objects that no revision created are listed, too, but are no ' +
    'drift. Works without the packages of plugins. Writes nothing.\n\n' +
    'With "upgrade": { "checkDrift": true } in the config, an upgrade with pending revisions refuses a database that ' +
    'lacks an object.',
  examples: [
    { line: 'kernel migrate:drift', about: 'after a restore, or after somebody worked on the database by hand' },
    { line: 'kernel migrate:drift --json', about: 'as data, for a monitor' },
  ],
  exits: [
    { code: 0, about: 'nothing is missing' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 40, about: 'objects of applied revisions are missing' },
  ],
  async run(_, context) {
    const drift = await withProject(context, (project) => readProjectDrift(project));
    return {
      exit: drift.missing.length > 0 ? exitCode.drift : exitCode.done,
      json: drift,
      text: (colors) => explain(drift, colors).join('\n'),
    };
  },
};

function explain({ missing, unknown, unchecked }: Drift, colors: Colors): readonly string[] {
  const byPlugin = Map.groupBy(missing, ({ plugin }) => plugin);
  const revisions = [...new Set(missing.map(({ createdBy }) => createdBy))];
  return [
    ...Array.from(byPlugin, ([plugin, objects]) => [
      `${colors.red('missing')} of ${colors.bold(plugin)}:`,
      ...columns(
        objects.map(({ kind, table, name, createdBy }) => [
          `  ${kind} ${table === null ? '' : `${table}.`}${name}`,
          createdBy,
        ]),
      ),
    ]).flat(),
    ...(unknown.length === 0
      ? []
      : ['Created by no applied revision:', ...unknown.map(({ kind, name }) => `  ${kind} ${name}`)]),
    ...(unchecked.length === 0
      ? []
      : [`Not checked, since the ledger does not know what they created: ${unchecked.join(', ')}`]),
    missing.length === 0
      ? 'The database has everything that its applied revisions created.'
      : `${counted(missing.length, 'object')} missing. Recreate what the revisions created, whose SQL is in the ledger:`,
    ...revisions.map((id) => `  npx kernel migrate:show ${id} --applied`),
  ];
}
