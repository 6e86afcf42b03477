import type { Schemas } from './schemas.ts';
import type { Section } from './settings.ts';

/** A JSON value, as in config.json. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The database to use. */
export type DatabaseTarget =
  | {
      readonly kind: 'postgres';
      /** Contains the password, so it is never printed. */
      readonly url: string;
      /**
       * Bypasses a connection pooler, for operations that a pooler does not support. It contains the password, so it is
       * never printed.
       */
      readonly directUrl: string | null;
      /** User, host, port and database, without any secret. */
      readonly shown: string;
      /**
       * The options of the host's pool, if `open` was given one; `null` if the pool does not tell them. They replace the
       * URL for a pool of our own. They may contain the password, so they are never printed.
       */
      readonly poolOptions?: object | null;
      /** Default: `usualSchemas`. */
      readonly schemas?: Schemas;
    }
  | {
      readonly kind: 'pglite';
      /** An absolute path. `null`: in memory. */
      readonly directory: string | null;
      readonly shown: string;
      /** Default: `usualSchemas`. */
      readonly schemas?: Schemas;
    };

/** When an upgrade runs, and its time limits in seconds. */
export type UpgradeSettings = Section<'/upgrade'>;

/** The time limits of an upgrade, all in seconds. */
export type UpgradeLimits = Omit<UpgradeSettings, 'mode' | 'beforeBreaking' | 'checkDrift'>;

/** The pool of connections that services share, times in seconds. */
export type PoolSettings = Section<'/pool'>;

/** A plugin that a program defines in place of a package. Its parts are checked when the plugin set is loaded. */
export interface InlinePlugin {
  readonly revisions: readonly unknown[];
  readonly requires: readonly string[];
  readonly openTables: readonly string[];
  readonly formerly: readonly string[];
  readonly version: string;
  /** `null` if it has no code. */
  readonly load: (() => unknown) | null;
}

/** Where an option of a plugin was written. */
export interface OptionSource {
  /** The topmost file that has it, absolute. */
  readonly file: string;
  /** The names of the environment variables in its value. */
  readonly variables: readonly string[];
}

/** One entry under `plugins`. */
export interface PluginEntry {
  readonly name: string;
  /** `$enabled`. */
  readonly enabled: boolean;
  /** `$package`: an npm name or a `./path` inside the project root. `null` stands for one of the usual names. */
  readonly package: string | null;
  /** `$startTimeout`, in seconds. */
  readonly startTimeout: number;
  /** The other keys, which are the plugin's options. Their variables are substituted only if the plugin is enabled. */
  readonly options: { readonly [key: string]: Json };
  /**
   * JSON pointers within `options` to values that consisted of a single `${VAR}`. Their text is converted to a number
   * or a boolean if the plugin's schema expects one.
   */
  readonly fromVariables: readonly string[];
  /** Where each option was written, and with which variables. Absent for options that a program passes. */
  readonly sources?: Readonly<Record<string, OptionSource>>;
  /** Set for a plugin that a program defines in place of a package. */
  readonly inline?: InlinePlugin;
}

/** The content of config.json with its overlay. The kernel's keys have been checked; plugin options have not. */
export interface Config {
  /** Absolute path of config.json. */
  readonly file: string;
  /** Absolute paths of the overlays that were merged over it. */
  readonly overlays: readonly string[];
  /** The project root: the folder of the nearest package.json above the file that is not inside node_modules. */
  readonly root: string;
  readonly database: DatabaseTarget;
  /** All entries by plugin name, enabled or not. If the key `core` names plugin zero, its entry is listed as `core`. */
  readonly plugins: ReadonlyMap<string, PluginEntry>;
  readonly upgrade: UpgradeSettings;
  readonly pool: PoolSettings;
}
