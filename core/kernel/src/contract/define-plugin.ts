import type { Configuration, MetadataProvider } from '@mikro-orm/core';
import type { BindContext, Get } from './bind.ts';
import type { EntityEntry, Extension } from './extend-entity.ts';
import type { StandardSchema } from './standard-schema.ts';

/** Writes an entry to the application's log. `data` is stored as fields next to the message. Default: no fields. */
export type WriteLog = (message: string, data?: Readonly<Record<string, unknown>>) => void;

/**
 * The application's log, tagged with the plugin's name.
 *
 * @example
 * log.info('recounted likes', { corrected: 3 });
 */
export interface PluginLog {
  /** Writes an entry with level `debug`. */
  readonly debug: WriteLog;
  /** Writes an entry with level `info`. */
  readonly info: WriteLog;
  /** Writes an entry with level `warn`. */
  readonly warn: WriteLog;
  /** Writes an entry with level `error`. */
  readonly error: WriteLog;
}

/**
 * The reason for which an application boots: `serve` to stay up and do its work, `command` to run a command and stop. A
 * plugin that listens on a port or works in the background does so only in order to serve, because a command must work
 * while the application is running.
 */
export type BootPurpose = 'serve' | 'command';

/** The argument of a plugin's `start` and `stop`. */
export interface PluginContext<Options = unknown> {
  /** The plugin's options, as returned by its `config` schema. An empty object if it has no schema. */
  readonly config: Options;
  /** The application's log, tagged with the plugin's name. */
  readonly log: PluginLog;
  /** Resolves services and contributions as this plugin. */
  readonly get: Get;
  /** Whether the application boots to serve or for a command: a command of a plugin, or `kernel start --once`. */
  readonly purpose: BootPurpose;
  /** Aborted when the application stops, when another plugin fails to start, or when this plugin's start times out. */
  readonly signal: AbortSignal;
}

/** A metadata provider of MikroORM, as its own configuration takes it. */
export type MetadataProviderClass = new (config: Configuration) => MetadataProvider;

/** The code of a plugin, as its author writes it. Its package.json and its revisions are read without running this code. */
export interface PluginDefinition<Options = unknown> {
  /** The plugin's name. It must equal `headwater.plugin` in the plugin's package.json. */
  readonly name: string;
  /**
   * Validates the plugin's options in config.json: a zod, valibot or ArkType schema, or any other Standard Schema.
   * Default: the plugin has no options.
   */
  readonly config?: StandardSchema<Options>;
  /**
   * The plugin's entities: classes registered with `setClass`, schemas created by `defineEntity`, or classes with
   * MikroORM's decorators, legacy or ES. Default: none.
   */
  readonly entities?: readonly EntityEntry[];
  /**
   * Reads the types of properties that the decorators do not state. `ReflectMetadataProvider` of
   * `@mikro-orm/decorators/legacy` reads those that TypeScript emits with `emitDecoratorMetadata`, for a bare
   * `@Property()`. It applies to the decorated entities of this plugin alone. Default: the decorators state all types.
   */
  readonly metadataProvider?: MetadataProviderClass;
  /**
   * Properties that the plugin adds to entities of plugins that it requires, created by `extendEntity`. Default: none.
   */
  readonly extend?: readonly Extension[];
  /**
   * Registers services, decorations and contributions. Called in plugin order, before a database connection is opened.
   * It must be synchronous. Default: the plugin registers nothing.
   */
  readonly bind?: (context: BindContext<Options>) => void;
  /**
   * Starts the plugin. Called in a new database context, after the database is upgraded and the plugins that it
   * requires have started. It times out after 10 seconds; the config key `$startTimeout` changes that. If it throws an
   * error that has a text `hint`, the hint is shown as the way to fix it. Default: nothing to start.
   */
  readonly start?: (context: PluginContext<Options>) => Promise<void> | void;
  /**
   * Stops the plugin. Called in reverse start order, and only if the plugin has started. It has the same time limit as
   * `start`. Default: nothing to stop.
   */
  readonly stop?: (context: PluginContext<Options>) => Promise<void> | void;
}

/** A frozen plugin definition: the default export of a plugin's package. Created by {@link definePlugin}. */
export interface DefinedPlugin<Options = unknown> extends PluginDefinition<Options> {
  /** Distinguishes plugins from other values. */
  readonly kind: 'plugin';
}

/**
 * Declares a plugin. Never throws. Loading the plugin checks the definition, because only then are its package and path
 * known for the error message.
 *
 * @example
 * export default definePlugin({
 *   name: 'likes',
 *   config: z.object({ perMinute: z.number().default(30) }),
 *   entities: [Like],
 *   extend: [LikedObject],
 *   bind({ bind, config }) {
 *     bind(Likes).toDynamicValue(({ get }) => likesIn(get(Database), config));
 *   },
 *   async start({ get, log }) {
 *     log.info('likes are ready', { count: await get(Likes).count() });
 *   },
 * });
 */
export function definePlugin<Options = Record<string, never>>(
  definition: PluginDefinition<Options>,
): DefinedPlugin<Options> {
  return Object.freeze({ ...definition, kind: 'plugin' });
}
