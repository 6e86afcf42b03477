import { kernelError } from '../error/kernel-codes.ts';
import type { Plugin } from './plugin-set.ts';

/**
 * Checks that a plugin's revisions depend only on revisions of plugins that it requires and has not marked as optional:
 * any other plugin may be absent while this one is active. `packages` maps plugins to packages. Throws
 * REVISION_DEPENDENCY_NOT_REQUIRED.
 */
export function assertDependenciesRequired(
  { requires, revisions }: Pick<Plugin, 'requires' | 'revisions'>,
  packages: ReadonlyMap<string, string>,
): void {
  const hard = new Set(requires.flatMap(({ plugin, optional }) => (optional ? [] : [plugin])));
  for (const { id, file, dependsOn } of revisions) {
    for (const dependency of dependsOn) {
      const plugin = dependency.slice(0, dependency.indexOf('@'));
      if (hard.has(plugin)) continue;
      const soft = requires.find((requirement) => requirement.plugin === plugin);
      const details = {
        revision: id,
        file,
        dependency,
        plugin,
        package: soft?.package ?? packages.get(plugin) ?? null,
        optional: soft !== undefined,
      };
      throw kernelError('REVISION_DEPENDENCY_NOT_REQUIRED', details);
    }
  }
}
