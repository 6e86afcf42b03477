import type { Claim, PluginRef } from '../error/codes/entities.ts';

/** The entities and extensions of one active plugin. */
export interface PluginEntities {
  readonly name: string;
  readonly package: string;
  /** The plugins that it requires, by name, including plugin zero. Its entities may refer to theirs. */
  readonly requires: readonly string[];
  /** The `entities` of its definition, unchecked. */
  readonly entities: readonly unknown[];
  /** The `extend` of its definition, unchecked. */
  readonly extend: readonly unknown[];
}

/** Returns the fields by which the details of an error name a plugin. */
export function pluginRef({ name, package: from }: PluginEntities): PluginRef {
  return { plugin: name, package: from };
}

/** Returns the plugin and the name under which it declares something, for the details of an error. */
export function claimOf(name: string, plugin: PluginEntities): Claim {
  return { name, ...pluginRef(plugin) };
}
