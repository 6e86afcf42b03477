import type { AppContainer } from '../container/open-container.ts';
import { Commands } from '../contract/command.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { LoadedPlugin } from './lifecycle.ts';

/**
 * Holds the commands that plugins contribute against those that their package.json lists, by which `kernel` finds them.
 * Throws PLUGIN_COMMANDS_DIFFER.
 */
export function assertCommandsListed(plugins: readonly LoadedPlugin[], container: AppContainer): void {
  const contributed = container.explain(Commands.name)?.contributions ?? [];
  for (const { plugin } of plugins) {
    const listed = [...(plugin.commands?.keys() ?? [])].toSorted();
    const given = contributed
      .flatMap((one) => (one.plugin === plugin.name ? [one.key ?? 'a function'] : []))
      .toSorted();
    if (listed.join(' ') === given.join(' ')) continue;
    const { name, package: from, version } = plugin;
    throw kernelError('PLUGIN_COMMANDS_DIFFER', {
      plugin: name,
      package: from,
      version,
      listed,
      contributed: given,
    });
  }
}
