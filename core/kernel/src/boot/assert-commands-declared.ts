import type { AppContainer } from '../container/open-container.ts';
import { Commands } from '../contract/command.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { LoadedPlugin } from './lifecycle.ts';

/**
 * Checks that each plugin contributes exactly the commands that its package.json declares, because `kernel` looks
 * commands up in package.json. Throws PLUGIN_COMMANDS_DIFFER.
 */
export function assertCommandsDeclared(plugins: readonly LoadedPlugin[], container: AppContainer): void {
  const contributions = container.explain(Commands.name)?.contributions ?? [];
  for (const { plugin } of plugins) {
    const listed = [...(plugin.commands?.keys() ?? [])].toSorted();
    const contributed = contributions
      .flatMap((one) => (one.plugin === plugin.name ? [one.key ?? 'a function'] : []))
      .toSorted();
    if (listed.join(' ') === contributed.join(' ')) continue;
    const { name, package: from, version } = plugin;
    throw kernelError('PLUGIN_COMMANDS_DIFFER', { plugin: name, package: from, version, listed, contributed });
  }
}
