import { resolve } from 'node:path';
import type { LogOf } from '../boot/app.ts';
import type {
  Config,
  DatabaseTarget,
  InlinePlugin,
  Json,
  PluginEntry,
  PoolSettings,
  UpgradeSettings,
} from '../config/config.ts';
import { pointerOf } from '../config/json-pointer.ts';
import { assertPluginName } from '../config/plugin-name.ts';
import { givenConfig, readConfig } from '../config/read-config.ts';
import { settings } from '../config/settings.ts';
import type { DefinedRevision } from '../contract/define-revision.ts';
import { targetOfConnection, type HostConnection } from '../db/host-connection.ts';
import type { HostLog } from './host-log.ts';

/**
 * Options of `open`.
 *
 * @example
 * // The host's own pool and logger, and two plugins: a package, and one that the host defines itself.
 * const options: OpenOptions = {
 *   connection: pool,
 *   log: logger,
 *   plugins: {
 *     likes: { package: '@headwater/plugin-likes', options: { perMinute: 60 } },
 *     shop: { revisions, load: () => import('./shop.ts') },
 *   },
 * };
 */
export interface OpenOptions {
  /** The path of a config.json, or the kernel's part of its content. Default: `{}`. */
  readonly config?: string | HostConfig;
  /**
   * The plugins besides those of a config.json, by name. One that has the name of a plugin there replaces it. `core` is
   * plugin zero, on whose tables the others may depend. Default: none.
   */
  readonly plugins?: Readonly<Record<string, HostPlugin>>;
  /** A connection of the host. Default: the kernel connects to the database of the config. */
  readonly connection?: HostConnection;
  /** A logger of the host, or a function that returns the log of a plugin. Default: log entries are discarded. */
  readonly log?: HostLog | LogOf;
  /**
   * The folder that relative paths refer to, and from which packages are found: its nearest package.json is that of the
   * project. Default: the working directory.
   */
  readonly root?: string;
  /** The variables for `${VAR}` in a config.json, such as `process.env`. Default: none are set. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The part of config.json that belongs to the kernel, as a value. Texts are used as they are, without variables. */
export interface HostConfig {
  /** The database, unless a connection is given: `postgres://…` or `pglite://…`. */
  readonly database?: string | HostDatabase;
  /** When an upgrade runs, and its time limits in seconds. */
  readonly upgrade?: Partial<UpgradeSettings>;
  /** The pool of the services, once they are started. */
  readonly pool?: Partial<PoolSettings>;
}

/** A database, and the schemas of the application in it. */
export interface HostDatabase {
  /** `postgres://…` or `pglite://…`. Only needed if no connection is given. */
  readonly url?: string;
  /** A URL that bypasses a connection pooler, for operations that a pooler does not support. Default: none. */
  readonly directUrl?: string;
  /** The schema of the tables. It is created if it does not exist. Default: `public`. */
  readonly schema?: string;
  /** The schema of the ledger. Each application in a database needs its own. Default: `kernel`. */
  readonly ledger?: string;
}

/** A plugin: a package, or revisions and code of the host itself. */
export type HostPlugin = HostPackage | HostInlinePlugin;

/** A plugin that is a package. */
export interface HostPackage {
  /** Its npm name, or a `./path` inside the project. Default: one of the usual names, like `@headwater/plugin-likes`. */
  readonly package?: string;
  /** Its options, which its schema checks when it starts. Default: none. */
  readonly options?: Readonly<Record<string, Json>>;
  /** The time in seconds after which importing, starting or stopping it counts as failed. Default: 10. */
  readonly startTimeout?: number;
}

/** A plugin that the host defines in its own sources. It needs neither a package nor a build. */
export interface HostInlinePlugin extends Omit<HostPackage, 'package'> {
  /** Its revisions, created by `defineRevision`, in any order. */
  readonly revisions: readonly DefinedRevision[];
  /**
   * Imports its code: a module whose default export is created by `definePlugin`, or that definition. Only `start` and
   * `entities` call it. Default: it has no code.
   */
  readonly load?: () => Promise<object> | object;
  /** The plugins that it requires, besides those that its revisions name in `dependsOn`. Default: none. */
  readonly requires?: readonly string[];
  /** Its tables in which other plugins may write rows. Default: none. */
  readonly openTables?: readonly string[];
  /** The names that it had before, under which databases and other plugins may still know it. Default: none. */
  readonly formerly?: readonly string[];
  /** The version that the ledger records. Default: 0.0.0. */
  readonly version?: string;
}

/** Reads the config of a host, or checks the one that it passes, and adds its plugins. */
export function configOf({ config = {}, connection, plugins = {}, root = '.', env = {} }: OpenOptions): Config {
  const place = resolve(root, 'open()');
  const given = connection === undefined ? undefined : targetOfConnection(connection);
  const { database, ...read } =
    typeof config === 'string'
      ? readConfig(resolve(root, config), env)
      : // The check finds everything that is not JSON.
        givenConfig(config as Json, place, given);
  // The database of the config only tells how else a server can be reached.
  const isSameKind = given === undefined || (given.kind === 'postgres' && database.kind === 'postgres');
  const added = Object.entries(plugins).map(([name, plugin]) => [name, entryOf(name, plugin, place)] as const);
  const entries = [...read.plugins, ...added].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const target = isSameKind ? database : withSchemasOf(given, database);
  return Object.freeze({ ...read, database: target, plugins: new Map(entries) });
}

function withSchemasOf(target: DatabaseTarget, { schemas }: DatabaseTarget): DatabaseTarget {
  return schemas === undefined ? target : Object.freeze({ ...target, schemas });
}

function entryOf(name: string, plugin: HostPlugin, place: string): PluginEntry {
  const { options = {}, startTimeout = settings['/plugins/*/$startTimeout'].default } = plugin;
  if (name !== 'core') assertPluginName(name, place, pointerOf(['plugins', name]));
  return Object.freeze({
    name,
    enabled: true,
    package: 'revisions' in plugin ? null : (plugin.package ?? null),
    startTimeout,
    // A copy: what the host does to its object afterwards must not reach the plugin.
    options: structuredClone(options),
    fromVariables: [],
    ...('revisions' in plugin && { inline: inlineOf(plugin) }),
  });
}

function inlineOf({
  revisions,
  load,
  requires = [],
  openTables = [],
  formerly = [],
  version = '0.0.0',
}: HostInlinePlugin): InlinePlugin {
  return Object.freeze({ revisions, requires, openTables, formerly, version, load: load ?? null });
}
