import type { RunningApp } from '../boot/running-app.ts';
import type { Config } from '../config/config.ts';
import { readDetails, readLedger } from '../ledger/ledger.ts';
import { optionSchema } from '../plugin/plugin-options.ts';
import type { Plugin, Requirement } from '../plugin/plugin-set.ts';
import { readDatabase, type Project } from './project.ts';
import { shownOptions, type ShownOption } from './shown-options.ts';
import type { ReadOptions } from './status.ts';

/**
 * A plugin: one that the config lists, or one that has left something in the database.
 *
 * @example
 * const dormant = (await kernel.plugins()).filter(({ state }) => state === 'dormant');
 */
export interface PluginReport {
  readonly name: string;
  /**
   * `active`; `dormant`: it has applied revisions, but is not active; `disabled`: the config lists it, and it has
   * left nothing.
   */
  readonly state: 'active' | 'dormant' | 'disabled';
  /** Its package. For a dormant plugin that of its latest applied revision; `null` if it is unknown. */
  readonly package: string | null;
  /** The version of its package, likewise. */
  readonly version: string | null;
  /** Whether it runs from its TypeScript sources or from its build; `null` if it is not active. */
  readonly from: 'sources' | 'built' | null;
  /** Empty if it is not active. */
  readonly requires: readonly Requirement[];
  /** Its options, without secrets. Their schemas are known once the application has started. */
  readonly options: readonly ShownOption[];
  /** Its part in the running application; `null` if it is not active, or if the application has not started. */
  readonly running: RunningPlugin | null;
}

/** The part of a plugin in a running application. */
export interface RunningPlugin {
  /** The names of the tokens that it binds. */
  readonly binds: readonly string[];
  /** The names of the tokens of other plugins that it wraps. */
  readonly decorates: readonly string[];
  /** Its contributions. `key` is `null` if the point has no keys, or if a function creates the item. */
  readonly contributes: readonly { readonly point: string; readonly key: string | null }[];
  /** The duration of its import, its beginning within the stage `start`, and the duration of its start; `null` while it starts. */
  readonly start: { readonly importedMs: number; readonly beganMs: number; readonly milliseconds: number } | null;
}

/** Lists the plugins: the active ones in plugin order, then the others by name. */
export async function readPlugins(
  project: Project,
  running: RunningApp | null,
  { signal }: ReadOptions = {},
): Promise<readonly PluginReport[]> {
  const { config } = project;
  const { plugins, byName } = await project.pluginSet();
  const left = await readDatabase(project, { operation: 'plugins', signal }, async (session) => {
    const { rows } = await readLedger(session);
    const dormant = rows.flatMap(({ id, plugin }) => (byName.has(plugin) ? [] : [id]));
    return dormant.length === 0 ? [] : readDetails(session, dormant);
  });
  // A later row of the same plugin replaces an earlier one.
  const dormant = new Map(left.map((row) => [row.id.slice(0, row.id.indexOf('@')), row]));
  const others = [...config.plugins.keys(), ...dormant.keys()].filter((name) => !byName.has(name));
  return [
    ...plugins.map((plugin) => activePlugin(plugin, config, running)),
    ...[...new Set(others)].toSorted().map((name): PluginReport => {
      const row = dormant.get(name);
      return {
        name,
        state: row === undefined ? 'disabled' : 'dormant',
        package: row?.package ?? config.plugins.get(name)?.package ?? null,
        version: row?.packageVersion ?? null,
        from: null,
        requires: [],
        options: shownOptions(config.plugins.get(name), null),
        running: null,
      };
    }),
  ];
}

function activePlugin(plugin: Plugin, config: Config, running: RunningApp | null): PluginReport {
  const { name, version, from, requires } = plugin;
  const definition = running?.plugins.find((loaded) => loaded.plugin.name === name)?.definition;
  const schema = definition?.config === undefined ? null : optionSchema(definition.config);
  return {
    name,
    state: 'active',
    package: plugin.package,
    version,
    from,
    requires,
    options: shownOptions(config.plugins.get(name), schema),
    running: running === null ? null : runningPlugin(name, running),
  };
}

function runningPlugin(name: string, { bound: { container }, report }: RunningApp): RunningPlugin {
  const known = container.names.flatMap((one) => container.explain(one) ?? []);
  const started = report()?.plugins.find((plugin) => plugin.name === name);
  return {
    binds: known.flatMap(({ name: token, owner, binding }) => (owner === name && binding !== null ? [token] : [])),
    decorates: known.flatMap(({ name: token, decoratedBy }) => (decoratedBy.includes(name) ? [token] : [])),
    contributes: known.flatMap(({ name: point, contributions }) =>
      contributions.flatMap(({ plugin, key }) => (plugin === name ? [{ point, key }] : [])),
    ),
    start:
      started === undefined
        ? null
        : { importedMs: started.imported, beganMs: started.began, milliseconds: started.milliseconds },
  };
}
