import { readFileSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { disablePlugin, writeConfig } from '../../config/edit-config.ts';
import { readConfig } from '../../config/read-config.ts';
import { isKernelError, kernelError } from '../../error/kernel-codes.ts';
import { nearestName } from '../../error/nearest-name.ts';
import { loadRevisionSet } from '../../migrate/revision-set.ts';
import type { Command } from '../command.ts';
import { openConfig } from '../open-project.ts';
import { assertNotPluginZero } from '../plugin-zero.ts';

/** `kernel plugin:disable <name>`. */
export const pluginDisable: Command = {
  about:
    'Deactivates a plugin in config.json and keeps its options there. Its tables, columns and data stay too, and its ' +
    'revisions become dormant. Refuses while an active plugin requires it. Does not touch the database.',
  arguments: [{ name: 'name', about: "the plugin's name", required: true, complete: 'active plugin' }],
  examples: [{ line: 'kernel plugin:disable likes', about: 'stop loading likes; its data stays' }],
  exits: [
    { code: 10, about: 'the config is invalid, or cannot be written' },
    { code: 12, about: 'config.json does not list it' },
    { code: 14, about: 'an active plugin requires it' },
  ],
  async run({ operands: [name = ''] }, context) {
    assertNotPluginZero(name, 'disabled', 'plugin:disable', pluginDisable);
    const { file, plugins } = openConfig(context);
    const before = readFileSync(file, 'utf8');
    const after = disablePlugin(before, name, file);
    if (!plugins.has(name)) {
      throw kernelError('PLUGIN_NOT_LISTED', { plugin: name, file, nearest: nearestName(name, plugins.keys()) });
    }
    const changed = after !== before;
    if (changed) {
      await assertNotRequired(name, readConfig(file, context.env, after));
      writeConfig(file, after);
    }
    return {
      json: { plugin: name, changed, file },
      text: (colors) => {
        if (!changed) return `${name} is already disabled.`;
        return [
          `${colors.yellow(name)} is disabled in ${file} from the next start on. Its tables and data stay.`,
          `To remove them too: npx kernel plugin:uninstall ${name}`,
        ].join('\n');
      },
    };
  },
};

/** Throws if an active plugin needs `name`. Other errors must not prevent people from disabling a broken plugin. */
export async function assertNotRequired(name: string, config: Config): Promise<void> {
  try {
    await loadRevisionSet(config);
  } catch (error) {
    if (!isKernelError(error)) throw error;
    const needs = isKernelError(error, 'REQUIREMENT_MISSING')
      ? error.details.needs
      : isKernelError(error, 'DEPENDENCY_UNKNOWN')
        ? error.details.plugin
        : null;
    if (needs === name) throw error;
  }
}
