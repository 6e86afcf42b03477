import { readFileSync } from 'node:fs';
import { enablePlugin, writeConfig } from '../../config/edit-config.ts';
import { readConfig } from '../../config/read-config.ts';
import type { Config } from '../../config/config.ts';
import { isKernelError, kernelError } from '../../error/kernel-codes.ts';
import { nearestName } from '../../error/nearest-name.ts';
import { loadRevisionSet } from '../../migrate/revision-set.ts';
import { checkOptions } from '../../plugin/plugin-options.ts';
import { findPluginPackages } from '../../plugin/installed-plugins.ts';
import { importDefinition } from '../../plugin/plugin-module.ts';
import { openPackages } from '../../plugin/packages.ts';
import type { Command } from '../command.ts';
import { openConfig } from '../open-project.ts';

/** `kernel plugin:enable <name>`. */
export const pluginEnable: Command = {
  about:
    'Activates an installed plugin in config.json, and changes nothing else in that file. First checks what the next ' +
    'start would check: that its package is installed, that the plugins it requires are active, and that its options ' +
    'are valid. Does not touch the database.',
  arguments: [
    { name: 'name', about: "the plugin's name, as in plugin:list", required: true, complete: 'inactive plugin' },
  ],
  examples: [{ line: 'kernel plugin:enable likes', about: 'then: kernel migrate:plan' }],
  exits: [
    { code: 10, about: 'the config is invalid, or cannot be written' },
    { code: 12, about: 'its package is not installed, or does not load' },
    { code: 14, about: 'a plugin that it requires is not active, or has the wrong version' },
  ],
  runsPlugins: true,
  async run({ operands: [name = ''] }, context) {
    const { env } = context;
    const { file } = openConfig(context);
    const before = readFileSync(file, 'utf8');
    const after = enablePlugin(before, name, file);
    const config = readConfig(file, env, after);
    const { pluginSet } = await withSuggestion(name, config, () => loadRevisionSet(config));
    const plugin = pluginSet.byName.get(name);
    if (plugin !== undefined) {
      await checkOptions(plugin, await importDefinition(plugin), config.plugins.get(name), file);
    }
    const changed = after !== before;
    if (changed) writeConfig(file, after);
    const { package: from = null, version = null } = plugin ?? {};
    return {
      json: { plugin: name, package: from, version, active: plugin !== undefined, changed, file },
      text: (colors) => {
        // An overlay overrides config.json.
        if (plugin === undefined)
          return `${name} is enabled in ${file}, but disabled in ${config.overlays.join(', ')}.`;
        if (!changed) return `${name} is already active.`;
        return [
          `${colors.green(name)} (${from} ${version}) is active in ${file}.`,
          'The next start applies its pending revisions. Preview them: npx kernel migrate:plan',
        ].join('\n');
      },
    };
  },
};

async function withSuggestion<T>(name: string, config: Config, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isKernelError(error, 'PLUGIN_NOT_FOUND') || error.details.plugin !== name) throw error;
    const installed = [...findPluginPackages(config, openPackages()).keys()];
    throw kernelError(
      'PLUGIN_NOT_FOUND',
      { ...error.details, nearest: nearestName(name, installed) },
      { cause: error },
    );
  }
}
