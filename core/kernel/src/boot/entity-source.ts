import type { DefinedPlugin } from '../contract/define-plugin.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import type { EntitySource } from '../entities/entity-source.ts';

/** What a plugin brings to the entities of an application. */
export function entitySource(
  plugin: Pick<Plugin, 'name' | 'package' | 'requires'>,
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
 * The plugins that a plugin cannot be without, by name. A relation to a plugin
 * that may be absent belongs in a bridge plugin that requires both.
 */
export function hardRequirements({ requires }: Pick<Plugin, 'requires'>): readonly string[] {
  return requires.flatMap(({ plugin, optional }) => (optional ? [] : [plugin]));
}
