import type { MetadataProviderClass } from '../contract/define-plugin.ts';
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
  /** Reads the types of its decorated entities. `null` for MikroORM's default, which requires them in the decorators. */
  readonly metadataProvider: MetadataProviderClass | null;
}

/** Returns the fields that identify a plugin in the details of an error. */
export function pluginRef({ name, package: from }: PluginEntities): PluginRef {
  return { plugin: name, package: from };
}

/** Returns a plugin and the name of its declaration, for the details of an error. */
export function claimOf(name: string, plugin: PluginEntities): Claim {
  return { name, ...pluginRef(plugin) };
}
