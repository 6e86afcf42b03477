import type { EntityMetadata } from '@mikro-orm/postgresql';
import type { Config } from '../config/config.ts';
import type { EntityEntry } from '../contract/extend-entity.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';
import { declaredEntities } from './declared-entities.ts';
import { loadPlugins } from './load-app.ts';

/** The options with which a MikroORM instance of a host discovers the entities of all plugins. */
export interface HostEntities {
  /** The entities of all plugins, dependencies first. */
  readonly entities: EntityEntry[];
  /** Adds the properties by which plugins extend entities of others. */
  readonly discovery: { readonly onMetadata: (meta: EntityMetadata) => void };
  /** Hides the ledger from the schema generator. */
  readonly schemaGenerator: { readonly ignoreSchema: string[] };
  /** The schema of the tables, if that is not `public`. */
  readonly schema?: string;
}

/** Loads the code of all plugins, and returns their entities for an instance of the host. Throws the errors of entities. */
export async function loadHostEntities(config: Config, pluginSet: PluginSet): Promise<HostEntities> {
  const plugins = await loadPlugins(config, pluginSet, undefined);
  const [{ mergeEntities }, { ormOptions }] = await Promise.all([
    import('../entities/merged-entities.ts'),
    import('../entities/orm.ts'),
  ]);
  const merged = mergeEntities(plugins.map(({ plugin, definition }) => declaredEntities(plugin, definition)));
  const { entities, discovery, schemaGenerator, schema } = ormOptions(merged, config.database.schemas);
  return {
    entities,
    discovery: { onMetadata: discovery.onMetadata },
    schemaGenerator,
    ...(schema !== undefined && { schema }),
  };
}
