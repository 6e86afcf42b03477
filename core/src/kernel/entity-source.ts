import type { DefinedPlugin } from '../contract/define-plugin.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import type { EntitySource } from '../schema/entity-source.ts';

/** What a plugin brings to the entities of an application. */
export function entitySource(
  plugin: Pick<Plugin, 'name' | 'package' | 'requires' | 'depth'>,
  running: Pick<DefinedPlugin, 'entities' | 'extend'>,
): EntitySource {
  return {
    name: plugin.name,
    package: plugin.package,
    requires: hardRequirements(plugin),
    entities: running.entities ?? [],
    extend: running.extend ?? [],
  };
}

/**
 * The plugins that a plugin cannot be without, by name; plugin zero is one, without being listed. A relation to a plugin
 * that may be absent belongs in a bridge plugin that requires both.
 */
export function hardRequirements({ requires, depth }: Pick<Plugin, 'requires' | 'depth'>): readonly string[] {
  const required = requires.flatMap(({ plugin, optional }) => (optional ? [] : [plugin]));
  return depth === 0 ? required : [...new Set(['core', ...required])];
}
