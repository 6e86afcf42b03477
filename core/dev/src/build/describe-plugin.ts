import { declaredEntities, loadApp } from '@headwater/kernel/internal/boot';
import type { Config } from '@headwater/kernel/internal/config';
import { isKernelError } from '@headwater/kernel/internal/errors';
import { loadEntities, type EntityOwnership } from '@headwater/kernel/internal/entities';
import { revisionSetOf } from '@headwater/kernel/internal/migrations';
import {
  importDefinition,
  optionSchema,
  type Plugin,
  type PluginDescription,
  type PluginSet,
} from '@headwater/kernel/internal/plugins';

type Container = Awaited<ReturnType<typeof loadApp>>['bound']['container'];

/**
 * Describes a plugin by loading it together with the plugins that it requires: the last plugin of `set`. Nothing connects
 * to a database, and nothing is started. What the plugin binds and contributes is unknown if its options, or those of a
 * plugin that it requires, have no defaults. Throws the errors of loading and binding, such as PLUGIN_COMMANDS_DIFFER.
 */
export async function describePlugin(set: PluginSet, plugin: Plugin, config: Config): Promise<PluginDescription> {
  const { config: schema } = await importDefinition(plugin);
  const bound = await bindIfPossible(set, config);
  const ownership = bound?.ownership ?? (await ownershipOf(set));
  return {
    ...objectsOf(ownership, plugin.name),
    ...(bound !== null && servicesOf(bound.container, plugin.name)),
    commands: Object.fromEntries([...(plugin.commands ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    options: schema === undefined ? {} : optionSchema(schema),
  };
}

async function bindIfPossible(
  set: PluginSet,
  config: Config,
): Promise<{ readonly container: Container; readonly ownership: EntityOwnership } | null> {
  try {
    return (await loadApp(config, undefined, undefined, { revisionSet: revisionSetOf(set) })).bound;
  } catch (error) {
    if (isKernelError(error, 'CONFIG_VALUE_INVALID')) return null;
    throw error;
  }
}

async function ownershipOf({ plugins }: PluginSet): Promise<EntityOwnership> {
  const sources: Parameters<typeof loadEntities>[0][number][] = [];
  for (const plugin of plugins) sources.push(declaredEntities(plugin, await importDefinition(plugin)));
  return (await loadEntities(sources, { kind: 'pglite', directory: null, shown: 'no database' })).ownership;
}

function objectsOf({ objects }: EntityOwnership, plugin: string): Pick<PluginDescription, 'owns' | 'extends'> {
  const own = objects.filter(({ owner }) => owner === plugin);
  const tables = new Set(own.flatMap(({ kind, name }) => (['table', 'pivot', 'view'].includes(kind) ? [name] : [])));
  const columns = own.flatMap(({ kind, name, table }) =>
    kind === 'column' && table !== null ? [{ table, name }] : [],
  );
  return {
    owns: [...tables].toSorted(),
    extends: columns.flatMap(({ table, name }) => (tables.has(table) ? [] : [`${table}.${name}`])).toSorted(),
  };
}

function servicesOf(container: Container, plugin: string): Pick<PluginDescription, 'binds' | 'contributes'> {
  const explained = container.names.flatMap((name) => container.explain(name) ?? []);
  return {
    binds: explained.flatMap(({ name, owner, binding }) => (owner === plugin && binding !== null ? [name] : [])),
    contributes: explained.flatMap(({ name, contributions }) =>
      contributions.flatMap((one) => (one.plugin === plugin ? [one.key === null ? name : `${name} ${one.key}`] : [])),
    ),
  };
}
