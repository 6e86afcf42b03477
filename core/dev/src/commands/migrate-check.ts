import { relative } from 'node:path';
import { openProgress, type Command, type Colors } from '@headwater/kernel/internal/command';
import { exitCode } from '@headwater/kernel/internal/errors';
import { assertOneHead } from '@headwater/kernel/internal/graph';
import { graphOfPlugins } from '@headwater/kernel/internal/migrations';
import { readLock } from '@headwater/kernel/internal/plugins';
import type { PluginChanges } from '../authoring/change-owners.ts';
import { displayAddress } from '../authoring/declared-record.ts';
import { entityDrift, type PluginObjects } from '../authoring/entity-drift.ts';
import { openPluginLoader } from '../authoring/load-entities.ts';
import { isSameRecord, writeRecord } from '../authoring/record-file.ts';
import { explainChange } from '../difference/explain-change.ts';
import { openShadow } from '../shadow/shadow.ts';
import { openWorkspace } from './workspace.ts';

/** `kernel migrate:check [plugin...]`. */
export const migrateCheck: Command = {
  about:
    'Compares the schema that the entities of the active plugins declare with the schema that their revisions produce in ' +
    'a shadow, an empty PostgreSQL in this process. It does not connect to your database. Drift of an installed plugin ' +
    'is a warning, since its revisions cannot be created here.\n\n' +
    'What no entity ever declared was made by hand. It is listed and is no drift. With --record, and without drift, the ' +
    'objects that the entities declare are recorded in revisions.lock.json, as migrate:create does. plugin:build needs ' +
    'that record.',
  arguments: [
    {
      name: 'plugin',
      about: 'the plugins to check; default: all plugins of this workspace',
      many: true,
      complete: 'branch',
    },
  ],
  options: [
    { flag: 'record', about: 'without drift: record the declared objects in revisions.lock.json' },
    {
      flag: 'shadow',
      value: 'url',
      about: 'check on this PostgreSQL server, in a temporary database',
    },
  ],
  examples: [
    { line: 'kernel migrate:check', about: 'in continuous integration' },
    { line: 'kernel migrate:check --record', about: 'after writing revisions by hand' },
    { line: 'kernel migrate:check likes --json', about: 'the drift of one plugin as data' },
  ],
  exits: [
    { code: 12, about: 'a plugin is not installed or does not load' },
    { code: 13, about: 'a revision fails in the shadow' },
    { code: 40, about: 'entities and revisions differ' },
  ],
  runsPlugins: true,
  async run({ operands, values, switches }, context) {
    const { set, plugins } = await openWorkspace(context, operands);
    assertOneHead(graphOfPlugins(set));
    const progress = openProgress(context);
    try {
      progress.stage('comparing entities and revisions');
      await using shadow = await openShadow(values.get('shadow') ?? null, set.plugins);
      const { drift: found, undeclared: made, records } = await entityDrift(shadow, set, openPluginLoader());
      const drift = found.filter(({ plugin }) => plugins.includes(plugin.name));
      const installed = found.filter(({ plugin }) => plugin.from === 'built' && !plugins.includes(plugin.name));
      const undeclared = made.filter(({ plugin }) => plugins.includes(plugin.name));
      const stale = set.plugins.filter(
        ({ name, from, directory }) =>
          from === 'sources' &&
          plugins.includes(name) &&
          !isSameRecord(readLock(directory).declared, records.get(name) ?? []),
      );
      const isRecorded = switches.has('record') && drift.length === 0;
      const recorded = isRecorded
        ? stale.flatMap(({ name, directory }) => writeRecord(directory, records.get(name) ?? []).file ?? [])
        : [];
      const unrecorded = isRecorded ? [] : stale.filter(({ name }) => (records.get(name) ?? []).length > 0);
      return {
        exit: drift.length > 0 ? exitCode.drift : exitCode.done,
        json: {
          drift: drift.map(plainDrift),
          installed: installed.map(plainDrift),
          undeclared: undeclared.map(({ plugin, objects }) => ({
            plugin: plugin.name,
            objects: objects.map(displayAddress),
          })),
          unrecorded: unrecorded.map(({ name }) => name),
          recorded,
        },
        text: (colors) =>
          [
            explain(drift, installed, plugins, colors),
            ...undeclared.flatMap(explainUndeclared),
            ...recorded.map((file) => `Recorded the declared objects: ${relative(context.cwd, file)}`),
            ...(drift.length > 0 ? [] : unrecorded).map(
              ({ name }) =>
                `${name}: the record of its declared objects is out of date. Update it: npx kernel migrate:check ${name} --record`,
            ),
          ].join('\n'),
      };
    } finally {
      progress.end();
    }
  },
};

function plainDrift({ plugin, changes }: PluginChanges): object {
  return {
    plugin: plugin.name,
    package: plugin.package,
    isOurs: plugin.from === 'sources',
    changes: changes.map(explainChange),
  };
}

function explainUndeclared({ plugin, objects }: PluginObjects): readonly string[] {
  return [
    `Made by hand in ${plugin.name}, and kept:`,
    ...objects.map((object) => `  ${displayAddress(object)}`),
    `To drop one: npx kernel migrate:create ${plugin.name} --drop <name>`,
  ];
}

function explain(
  drift: readonly PluginChanges[],
  installed: readonly PluginChanges[],
  plugins: readonly string[],
  colors: Colors,
): string {
  const lines = (found: readonly PluginChanges[], word: string): readonly string[] =>
    found.flatMap(({ plugin, changes }) => [
      `${word} ${colors.bold(plugin.name)} (${plugin.package}): its entities have changes without a revision`,
      ...changes.map((change) => `  ${explainChange(change)}`),
    ]);
  const fixes = drift.filter(({ plugin }) => plugin.from === 'sources');
  return [
    ...lines(installed, `${colors.yellow('warning')}:`),
    ...lines(drift, `${colors.red('drift')}:`),
    ...(drift.length === 0
      ? [`Entities and revisions agree: ${plugins.join(', ')}.`]
      : fixes.map(({ plugin }) => `fix: npx kernel migrate:create ${plugin.name}`)),
  ].join('\n');
}
