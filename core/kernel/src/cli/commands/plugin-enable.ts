import { readFileSync } from 'node:fs';
import { enablePlugin, writeConfig } from '../../config/edit.ts';
import { readConfig } from '../../config/read-config.ts';
import type { Config } from '../../config/config.ts';
import { isKernelError, kernelError } from '../../error/kernel-codes.ts';
import { nearest } from '../../error/nearest.ts';
import { loadBlueprint } from '../../migrate/blueprint.ts';
import { checkOptions } from '../../plugin/check-options.ts';
import { findPluginPackages } from '../../plugin/installed-plugins.ts';
import { loadRunningHalf } from '../../plugin/import-plugin.ts';
import { openPackages } from '../../plugin/packages.ts';
import { counted } from '../columns.ts';
import type { Command } from '../command.ts';
import { openConfig } from '../project.ts';

/** `kernel plugin:enable <name>`. */
export const pluginEnable: Command = {
  about:
    'Activates an installed plugin in config.json, and changes nothing else in that file. What the next start would ' +
    'refuse is refused first: a package that is not installed, a plugin that it requires and that is not active, ' +
    'options that do not fit. The database is not touched.',
  arguments: [
    { name: 'name', about: "the plugin's name, as in plugin:list", required: true, complete: 'inactive plugin' },
  ],
  examples: [{ line: 'kernel plugin:enable likes', about: 'then: kernel migrate:plan' }],
  exits: [
    { code: 10, about: 'the config does not fit, or cannot be written' },
    { code: 12, about: 'its package is not installed, or does not load' },
    { code: 14, about: 'something that it requires is not active, or does not fit' },
  ],
  runsPlugins: true,
  async run({ operands: [name = ''] }, context) {
    const { env } = context;
    const { file } = openConfig(context);
    const before = readFileSync(file, 'utf8');
    const after = enablePlugin(before, name, file);
    const config = readConfig(file, env, after);
    const { set } = await withSuggestion(name, config, () => loadBlueprint(config));
    const plugin = set.byName.get(name);
    if (plugin !== undefined) {
      await checkOptions(plugin, await loadRunningHalf(plugin), config.plugins.get(name), file);
    }
    const changed = after !== before;
    if (changed) writeConfig(file, after);
    const { package: from = null, version = null, revisions = [] } = plugin ?? {};
    return {
      json: { plugin: name, package: from, version, active: plugin !== undefined, changed, file },
      text: (paint) => {
        // An overlay has the last word.
        if (plugin === undefined) return `${name} is switched on in ${file}, and off in ${config.overlays.join(', ')}.`;
        if (!changed) return `${name} is active already.`;
        return [
          `${paint.green(name)} (${from} ${version}) is active in ${file}.`,
          `Of its ${counted(revisions.length, 'revision')} the next start runs what is pending. To see that first: npx kernel migrate:plan`,
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
      { ...error.details, nearest: nearest(name, installed) },
      { cause: error },
    );
  }
}
