import { readFileSync } from 'node:fs';
import { removePlugin } from '../../config/edit-config.ts';
import { readConfig } from '../../config/read-config.ts';
import { exitCode } from '../../error/exit-code.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import { nearestName } from '../../error/nearest-name.ts';
import { removeInstalledPlugin } from '../../installation/change-packages.ts';
import { packageManagerOf } from '../../installation/package-manager.ts';
import { installedPackage } from '../../installation/package-plan.ts';
import type { Command } from '../command.ts';
import { isConfirmed } from '../confirm.ts';
import { openConfig } from '../open-project.ts';
import { assertNotPluginZero } from '../plugin-zero.ts';
import { assertNotRequired } from './plugin-disable.ts';

/** `kernel plugin:remove <plugin>`. */
export const pluginRemove: Command = {
  about:
    'Removes a plugin from config.json and headwater.lock.json, and its package with the package manager of the project (npm ' +
    'or pnpm). Its tables, columns and data stay, and its revisions become dormant: adding it again continues where it was. To ' +
    'drop them, run plugin:uninstall before. Refuses while an active plugin requires it.\n\n' +
    'On a terminal it asks. Otherwise it removes nothing without --yes. If anything fails, package.json, the lock file and ' +
    'config.json stay as they were. Does not touch the database.',
  arguments: [{ name: 'plugin', about: "the plugin's name", required: true, complete: 'active plugin' }],
  options: [{ flag: 'yes', about: 'do not ask' }],
  examples: [{ line: 'kernel plugin:remove likes', about: 'its data stays' }],
  exits: [
    { code: 3, about: 'nothing was removed, since nobody confirmed it' },
    { code: 10, about: 'the config is invalid, or cannot be written' },
    { code: 11, about: 'the package manager failed' },
    { code: 12, about: 'config.json does not list it' },
    { code: 14, about: 'an active plugin requires it' },
  ],
  async run(input, context) {
    const [plugin = ''] = input.operands;
    const config = openConfig(context);
    const { file } = config;
    assertNotPluginZero(plugin, 'removed', 'plugin:remove', pluginRemove);
    const entry = config.plugins.get(plugin);
    if (entry === undefined)
      throw kernelError('PLUGIN_NOT_LISTED', { plugin, file, nearest: nearestName(plugin, config.plugins.keys()) });
    await assertNotRequired(
      plugin,
      readConfig(file, context.env, removePlugin(readFileSync(file, 'utf8'), plugin, file)),
    );
    const manager = packageManagerOf(config.root);
    // A plugin in a folder of the project has no package to remove.
    const from = entry.package?.startsWith('.') === true ? null : (installedPackage(config, plugin)?.name ?? null);
    const preview = [
      `This removes ${plugin} from ${file}${from === null ? '' : `, and uninstalls ${from} with ${manager.name}`}.`,
      `Its tables and data stay. To drop them first: npx kernel plugin:uninstall ${plugin}`,
    ].join('\n');
    const removed = await isConfirmed(preview, 'Remove it?', input, context);
    if (removed) await removeInstalledPlugin({ config, env: context.env, manager }, { name: plugin, package: from });
    return {
      exit: removed ? exitCode.done : exitCode.pending,
      json: { removed, manager: manager.name, plugin, package: from, file },
      text: () =>
        removed
          ? `${plugin} is removed from ${file}. Its tables and data stay.`
          : `${preview}\nNothing was removed. To remove it: npx kernel plugin:remove ${plugin} --yes`,
    };
  },
};
