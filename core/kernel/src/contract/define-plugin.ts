import type { BindContext, Get } from './bind.ts';
import type { EntityEntry, Extension } from './extend-entity.ts';
import type { StandardSchema } from './standard-schema.ts';

/** Writes an entry of the application's log. `data` is kept beside the message, for whoever searches the log. */
export type WriteLog = (message: string, data?: Readonly<Record<string, unknown>>) => void;

/** The application's log, tagged with the plugin's name. */
export interface PluginLog {
  readonly debug: WriteLog;
  readonly info: WriteLog;
  readonly warn: WriteLog;
  readonly error: WriteLog;
}

/** What `start` and `stop` get. */
export interface PluginContext<Options = unknown> {
  /** The plugin's own options, as its schema gave them. */
  readonly config: Options;
  readonly log: PluginLog;
  /** Asks for what plugins bound and contributed, this one included. */
  readonly get: Get;
  /** Aborted when the application stops or the plugin's time to start is over. */
  readonly signal: AbortSignal;
}

/** What an author writes: the running half of a plugin. */
export interface PluginDefinition<Options = unknown> {
  /** The same name as `headwater.plugin` in its package.json. */
  readonly name: string;
  /** Checks the plugin's part of config.json. Default: no options are allowed. */
  readonly config?: StandardSchema<Options>;
  /** The plugin's entities: classes that were given a schema by `setClass`. Default: none. */
  readonly entities?: readonly EntityEntry[];
  /** What it adds to entities of plugins that it requires. Default: nothing. */
  readonly extend?: readonly Extension[];
  /** Called before a database is opened, in plugin order: registers what the plugin binds, decorates and contributes. */
  readonly bind?: (context: BindContext<Options>) => void;
  /** Called after the database is at its heads, dependencies first. */
  readonly start?: (context: PluginContext<Options>) => Promise<void> | void;
  /** Called in reverse order of start, only where `start` had succeeded. */
  readonly stop?: (context: PluginContext<Options>) => Promise<void> | void;
}

/** The frozen value that a plugin's package exports by default. */
export interface DefinedPlugin<Options = unknown> extends PluginDefinition<Options> {
  readonly kind: 'plugin';
}

/** Declares a plugin. Its shape is checked when it is loaded, where package and path are known. */
export function definePlugin<Options = Record<string, never>>(
  definition: PluginDefinition<Options>,
): DefinedPlugin<Options> {
  return Object.freeze({ ...definition, kind: 'plugin' });
}
