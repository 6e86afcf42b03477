import { checkOptions } from '../../plugin/plugin-options.ts';
import { importDefinition } from '../../plugin/plugin-module.ts';
import { counted } from '../format-text.ts';
import type { Command } from '../command.ts';
import { pluginCommands } from '../plugin-commands.ts';
import { openRevisionSet } from '../open-project.ts';

/** `kernel config:check`. */
export const configCheck: Command = {
  about:
    'Checks everything that a start checks before it connects: the config and its variables, the packages of the ' +
    'plugins and their requirements, their options, and their revisions. Needs no database. Imports the code of the ' +
    'plugins, but starts none of them.',
  examples: [
    { line: 'kernel config:check', about: 'before a commit' },
    { line: 'NODE_ENV=production kernel config:check', about: 'with the overlay for production, before a deployment' },
  ],
  exits: [
    { code: 10, about: 'the config is invalid' },
    { code: 11, about: 'an environment variable is not set' },
    { code: 12, about: 'a plugin is not installed or does not load' },
    { code: 13, about: 'a revision or manifest is invalid' },
    { code: 14, about: 'plugins or revisions are incompatible' },
  ],
  runsPlugins: true,
  async run(_, context) {
    const { config, revisionSet } = await openRevisionSet(context);
    pluginCommands(context);
    const { plugins } = revisionSet.pluginSet;
    for (const plugin of plugins) {
      await checkOptions(plugin, await importDefinition(plugin), config.plugins.get(plugin.name), config.file);
    }
    const { file, overlays, root, database } = config;
    const revisions = revisionSet.graph.order.length;
    const names = plugins.map(({ name }) => name);
    return {
      json: { file, overlays, root, database: database.shown, plugins: names, revisions },
      text: (colors) =>
        [
          `${colors.green('valid')}: ${file}${overlays.map((overlay) => ` + ${overlay}`).join('')}`,
          `  database  ${database.shown}`,
          `  plugins   ${names.join(', ')}`,
          `  graph     ${counted(revisions, 'revision')}, one head per branch`,
        ].join('\n'),
    };
  },
};
