import type { Revision } from './revision.ts';

/** A plugin that the `peerDependencies` of another plugin name. */
export interface Requirement {
  readonly plugin: string;
  readonly package: string;
  /** The semver range. */
  readonly range: string;
  readonly optional: boolean;
}

/** An activated plugin. In a workspace its revision files have been imported, but no other code. */
export interface Plugin {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** The package's folder, with symbolic links resolved. */
  readonly directory: string;
  /** Whether it runs from its TypeScript sources (a linked workspace) or from its build. */
  readonly from: 'sources' | 'built';
  /** The module that exports its definition, absolute. */
  readonly entry: string;
  /** Sorted by plugin name. */
  readonly requires: readonly Requirement[];
  /** The length of the longest chain of requirements down to plugin zero, which has 0. Optional ones do not count. */
  readonly depth: number;
  /** In order of file name. */
  readonly revisions: readonly Revision[];
  /**
   * Its tables in which other plugins may write rows of their own, from `headwater.openTables` in its package.json.
   * Each name is as `nameText` writes it: `queue_job`, `audit.entry`. Sorted. Their columns remain the plugin's.
   */
  readonly openTables: readonly string[];
  /** The names that it had before, from `headwater.formerly` in its package.json. Default: none. */
  readonly formerly?: readonly string[];
  /** The commands that its package.json lists: their summaries by name. Default: none. */
  readonly commands?: ReadonlyMap<string, string>;
  /**
   * Returns the module of a plugin that a program defines in place of a package; `null` if such a plugin has no code.
   * Default: {@link entry} is imported.
   */
  readonly load?: (() => unknown) | null;
}

/** The activated plugins, checked against each other, dependencies first, ties broken by name. */
export interface PluginSet {
  readonly plugins: readonly Plugin[];
  readonly byName: ReadonlyMap<string, Plugin>;
}

/**
 * Returns the names of the plugins that a plugin requires, except optional ones. Its entities may refer only to the
 * entities of these plugins. A relation to a plugin that may be inactive belongs in a bridge plugin that requires both.
 */
export function hardRequirements({ requires }: Pick<Plugin, 'requires'>): readonly string[] {
  return requires.flatMap(({ plugin, optional }) => (optional ? [] : [plugin]));
}
