/** A JSON value as it stands in config.json. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where the data is. */
export type DatabaseTarget =
  | {
      readonly kind: 'postgres';
      /** With its password: never shown. */
      readonly url: string;
      /** A way round a connection pooler, for what a pooler cannot do. With its password: never shown. */
      readonly directUrl: string | null;
      /** Host, port, database and user, without any secret. */
      readonly shown: string;
    }
  | {
      readonly kind: 'pglite';
      /** Absolute path; `null` in memory. */
      readonly directory: string | null;
      readonly shown: string;
    };

/** How an upgrade waits. All in seconds. */
export interface UpgradeSettings {
  /** How long to wait for another process that is migrating. Default 300. */
  readonly lockWait: number;
  /** PostgreSQL's `lock_timeout` for each statement: the longest that live queries queue behind us. Default 3. */
  readonly lockTimeout: number;
  /** How long a revision that could not get its table locks, or a lost server, is tried again. Default 60. */
  readonly retryFor: number;
  /** PostgreSQL's `statement_timeout`; 0 is none. Default 0. */
  readonly statementTimeout: number;
}

/** One entry under `plugins`. */
export interface PluginEntry {
  readonly name: string;
  /** `$enabled`, default true. */
  readonly enabled: boolean;
  /** `$package`: an npm name or a `./path` inside the project root; `null` for the usual names. */
  readonly package: string | null;
  /** `$startTimeout` in seconds, default 10. */
  readonly startTimeout: number;
  /** What is left: the plugin's own. Where the plugin is not enabled, as written, without substitution. */
  readonly options: { readonly [key: string]: Json };
  /**
   * JSON pointers, within `options`, of values that were one whole `${VAR}`: text, to be read as a number or a boolean
   * where the plugin's schema wants one.
   */
  readonly fromVariables: readonly string[];
}

/** config.json with its overlay, checked as far as the kernel's own keys go. */
export interface Config {
  /** Absolute path of config.json. */
  readonly file: string;
  /** The overlays that were merged over it, absolute paths. */
  readonly overlays: readonly string[];
  /** Project root: the nearest package.json above the file that is not inside node_modules. */
  readonly root: string;
  readonly database: DatabaseTarget;
  /** All entries, enabled or not, by name. Plugin zero, where the key `core` names one, is the entry `core`. */
  readonly plugins: ReadonlyMap<string, PluginEntry>;
  readonly upgrade: UpgradeSettings;
}
