import type { Revision } from './revision.ts';

/** A plugin that another plugin's `peerDependencies` name. */
export interface Requirement {
  readonly plugin: string;
  readonly package: string;
  /** The semver range. */
  readonly range: string;
  readonly optional: boolean;
}

/** The static half of an activated plugin: known without running any of its code but, in a workspace, its revisions. */
export interface Plugin {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** The package's folder, with symbolic links resolved. */
  readonly directory: string;
  /** Whether it runs from its TypeScript sources (a linked workspace) or from what was built. */
  readonly from: 'sources' | 'built';
  /** The module that exports the running half, absolute. */
  readonly entry: string;
  /** Sorted by plugin name. */
  readonly requires: readonly Requirement[];
  /** Longest chain of hard requirements down to plugin zero, which has 0. */
  readonly depth: number;
  /** In order of file name. */
  readonly revisions: readonly Revision[];
  /** Commands that its package.json lists: what each does, by its name. Default: none. */
  readonly commands?: ReadonlyMap<string, string>;
}

/** The activated plugins, checked against each other, dependencies first, ties by name. */
export interface PluginSet {
  readonly plugins: readonly Plugin[];
  readonly byName: ReadonlyMap<string, Plugin>;
}
