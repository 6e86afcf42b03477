import { exitCode } from '../../error/exit-code.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import type { ChangedObject, Drift } from '../../migrate/drift-check.ts';
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
    'With --definitions, it also runs the applied revisions in a shadow, an empty PostgreSQL, and compares definitions: ' +
    'types, defaults, constraints, the columns of indexes, the text of functions and views. This needs @headwater/dev and ' +
    'the packages of the active plugins. Use --shadow if the server has another version than the embedded PostgreSQL.\n\n' +
    'With "upgrade": { "checkDrift": true } in the config, an upgrade with pending revisions refuses a database that ' +
    'lacks an object.',
  options: [
    { flag: 'definitions', about: 'also compare definitions, with those of a shadow' },
    { flag: 'shadow', value: 'url', about: 'with --definitions: run the revisions on this PostgreSQL server' },
  ],
  examples: [
    { line: 'kernel migrate:drift', about: 'after a restore, or after somebody worked on the database by hand' },
    { line: 'kernel migrate:drift --json', about: 'as data, for a monitor' },
    { line: 'kernel migrate:drift --definitions', about: 'after somebody changed a column by hand' },
  ],
  exits: [
    { code: 0, about: 'nothing is missing or changed' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 40, about: 'objects of applied revisions are missing, or differ' },
  ],
  async run({ switches, values }, context) {
    const shadow = values.get('shadow');
    const definitions = switches.has('definitions');
    if (shadow !== undefined && !definitions) {
      const what = 'kernel migrate:drift: --shadow applies to --definitions, which alone needs a shadow.';
      throw kernelError('USAGE', { what, usage: null, command: 'migrate:drift' });
    }
    const options = { definitions, ...(shadow !== undefined && { shadow }) };
    const drift = await withProject(context, (project) => readProjectDrift(project, options));
    const isSound = drift.missing.length === 0 && (drift.changed ?? []).length === 0;
    return {
      exit: isSound ? exitCode.done : exitCode.drift,
      json: drift,
      text: (colors) => explain(drift, colors).join('\n'),
    };
  },
};

function explain({ missing, unknown, unchecked, changed }: Drift, colors: Colors): readonly string[] {
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
    ...(changed === undefined ? [] : explainChanged(changed, colors)),
  ];
}

const foundWords = { changed: 'changed in', missing: 'missing in', extra: 'made by hand in' } as const;

function explainChanged(changed: readonly ChangedObject[], colors: Colors): readonly string[] {
  if (changed.length === 0) return ['Everything has the definition that the applied revisions lead to.'];
  const groups = Map.groupBy(changed, ({ plugin, found }) => `${foundWords[found]} ${colors.bold(plugin)}`);
  const repaired = new Set(changed.flatMap(({ plugin, found }) => (found === 'extra' ? [] : [plugin])));
  return [
    ...Array.from(groups, ([title, objects]) => [
      `${colors.red(title)}:`,
      ...objects.flatMap(({ kind, table, name, createdBy, changedBy, changes }) => [
        `  ${kind} ${table === null ? '' : `${table}.`}${name}  ${createdBy}${changedBy === createdBy ? '' : `, ${changedBy}`}`,
        ...changes.map((change) => `    restore: ${change}`),
      ]),
    ]).flat(),
    `${counted(changed.length, 'difference')} from the applied revisions.`,
    ...(repaired.size === 0 ? [] : ['Write the repairing revision:']),
    ...Array.from(repaired, (plugin) => `  npx kernel migrate:create ${plugin} --repair`),
  ];
}
