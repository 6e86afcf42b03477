import { checkOptions } from '../../plugin/check-options.ts';
import { loadRunningHalf } from '../../plugin/import-plugin.ts';
import { counted } from '../columns.ts';
import type { Command } from '../command.ts';
import { pluginCommands } from '../plugin-commands.ts';
import { openBlueprint } from '../project.ts';

/** `kernel config:check`. */
export const configCheck: Command = {
  about:
    'Checks all that a start would refuse before it connects: the config and its variables, the packages of the ' +
    'plugins and what they require, their options, and their revisions. Needs no database. It imports the code of the ' +
    'plugins and starts none of them.',
  examples: [
    { line: 'kernel config:check', about: 'before a commit' },
    { line: 'NODE_ENV=production kernel config:check', about: 'with the overlay for production, before a deployment' },
  ],
  exits: [
    { code: 10, about: 'the config does not fit' },
    { code: 11, about: 'an environment variable is not set' },
    { code: 12, about: 'a plugin is not installed or does not load' },
    { code: 13, about: 'a revision or manifest is not valid' },
    { code: 14, about: 'plugins or revisions do not fit together' },
  ],
  runsPlugins: true,
  async run(_, context) {
    const { config, blueprint } = await openBlueprint(context);
    pluginCommands(context);
    const { plugins } = blueprint.set;
    for (const plugin of plugins) {
      await checkOptions(plugin, await loadRunningHalf(plugin), config.plugins.get(plugin.name), config.file);
    }
    const { file, overlays, root, database } = config;
    const revisions = blueprint.graph.order.length;
    const names = plugins.map(({ name }) => name);
    return {
      json: { file, overlays, root, database: database.shown, plugins: names, revisions },
      text: (paint) =>
        [
          `${paint.green('fine')}: ${file}${overlays.map((overlay) => ` + ${overlay}`).join('')}`,
          `  database  ${database.shown}`,
          `  plugins   ${names.join(', ')}`,
          `  graph     ${counted(revisions, 'revision')}, one head a branch`,
        ].join('\n'),
    };
  },
};
