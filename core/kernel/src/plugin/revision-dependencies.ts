import { kernelError } from '../error/kernel-codes.ts';
import type { Requirement } from './plugin-set.ts';
import type { Revision } from './revision.ts';

/** A plugin, as far as its revisions' dependencies go. */
export interface Dependent {
  readonly name: string;
  readonly requires: readonly Requirement[];
  readonly revisions: readonly Revision[];
}

/**
 * A revision may name only revisions of plugins that its own requires, and not optionally: anything else would
 * not be there when the plugin is. Throws REVISION_DEPENDENCY_NOT_REQUIRED. `packages` tells the package of a plugin.
 */
export function assertDependenciesRequired(
  { requires, revisions }: Dependent,
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
        package: soft?.package ?? packages.get(plugin) ?? `@headwater/plugin-${plugin}`,
        optional: soft !== undefined,
      };
      throw kernelError('REVISION_DEPENDENCY_NOT_REQUIRED', details);
    }
  }
}
