import { existsSync } from 'node:fs';
import { isInNodeModules } from '../config/project-root.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { quoteInput } from '../error/quote-input.ts';
import { isPluginName } from '../graph/revision-id.ts';
import { nameText, parseName } from '../sql/qualified-name.ts';
import { runsFromSources, sourceCondition } from '../runtime/source-condition.ts';
import { resolveExports, isInside, stockConditions } from './package-exports.ts';
import { isRecord, type PackageFile } from './packages.ts';

/** The `headwater` field of a plugin's package.json. */
export interface PluginFields {
  readonly name: string;
  readonly file: PackageFile;
  /** The absolute path of the folder with the revision files. It may be missing unless `ownMigrations` is true. */
  readonly migrations: string;
  /** Whether `headwater.migrations` specifies that folder. */
  readonly ownMigrations: boolean;
  /**
   * Its tables in which other plugins may write rows of their own: settings, queues, roles. Each name is as `nameText`
   * writes it: `queue_job`, `audit.entry`. Sorted.
   */
  readonly openTables: readonly string[];
  /** The names that it had before, under which databases and other plugins may still know it. Sorted. */
  readonly formerly: readonly string[];
  /** Commands that it adds to `kernel`: their summaries by name. */
  readonly commands: ReadonlyMap<string, string>;
}

/** A plugin as its package.json describes it, before its revisions are read. */
export interface PluginPackage extends PluginFields, PackageModule {}

const sourceConditions = [sourceCondition, ...stockConditions];

/** Reads the plugin fields of a package and finds its main module. Throws PLUGIN_FIELD_INVALID. */
export function readPluginPackage(file: PackageFile): PluginPackage {
  return Object.freeze({ ...readPluginFields(file), ...moduleOf(file, '.') });
}

/** The module behind one of a package's `exports`. */
export interface PackageModule {
  /**
   * The source file if this process runs sources and the package is a workspace link with sources; otherwise the build.
   */
  readonly from: 'sources' | 'built';
  /** Absolute. */
  readonly entry: string;
}

/** Resolves `subpath` in a package's `exports`. Throws PLUGIN_FIELD_INVALID if there is no target. */
export function moduleOf(file: PackageFile, subpath: string): PackageModule {
  const { exports } = file.fields;
  const mayBeSources = runsFromSources() && !isInNodeModules(file.directory);
  const linked = mayBeSources ? resolveExports(exports, subpath, sourceConditions) : null;
  const sources = linked?.fromSource === true && existsSync(`${file.directory}/${linked.path}`) ? linked.path : null;
  if (sources === null) return { from: 'built', entry: builtModuleOf(file, subpath) };
  return { from: 'sources', entry: `${file.directory}/${sources.slice(2)}` };
}

/** Returns the module that an installed package has for `subpath`. Throws PLUGIN_FIELD_INVALID if there is no target. */
export function builtModuleOf(file: PackageFile, subpath: string): string {
  const { exports, main } = file.fields;
  const target =
    exports === undefined
      ? mainTarget(main, subpath)
      : (resolveExports(exports, subpath, stockConditions)?.path ?? null);
  if (target === null) throw fieldInvalid(file, 'exports', `has no module for "${subpath}"`);
  return `${file.directory}/${target.slice(2)}`;
}

function mainTarget(main: unknown, subpath: string): string | null {
  if (subpath !== '.') return null;
  if (typeof main !== 'string') return './index.js';
  return isInside(dotted(main)) ? dotted(main) : null;
}

/** Reads the `headwater` field of a package.json. Throws PLUGIN_FIELD_INVALID. */
export function readPluginFields(file: PackageFile): PluginFields {
  const { headwater } = file.fields;
  if (headwater === undefined) throw fieldInvalid(file, 'headwater', 'is missing');
  if (!isRecord(headwater)) throw fieldInvalid(file, 'headwater', 'is not an object');
  const { plugin, migrations, openTables, commands } = headwater;
  if (typeof plugin !== 'string' || plugin === '') {
    throw fieldInvalid(file, 'headwater.plugin', plugin === undefined ? 'is missing' : 'is not a name');
  }
  if (!isPluginName(plugin))
    throw fieldInvalid(file, 'headwater.plugin', `is ${quoteInput(plugin)}, not [a-z][a-z0-9-]{0,38}`);
  if (migrations !== undefined && (typeof migrations !== 'string' || !isInside(dotted(migrations)))) {
    const found = typeof migrations === 'string' ? `: ${quoteInput(migrations)}` : '';
    throw fieldInvalid(file, 'headwater.migrations', `is not a folder inside the package${found}`);
  }
  return {
    name: plugin,
    file,
    migrations: `${file.directory}/${migrations?.replace(/^\.\//, '') ?? 'src/migrations'}`,
    ownMigrations: migrations !== undefined,
    openTables: tableNamesIn(openTables ?? [], file),
    formerly: formerNamesIn(file, plugin),
    commands: commandsIn(commands ?? {}, plugin, file),
  };
}

const tablePattern = /^(?:(?:"(?:[^"]|"")+"|[^\s."]+)\.)?(?:"(?:[^"]|"")+"|[^\s."]+)$/;

function tableNamesIn(tables: unknown, file: PackageFile): readonly string[] {
  const problem = (text: string): KernelError => fieldInvalid(file, 'headwater.openTables', text);
  if (!Array.isArray(tables)) throw problem('is not a list of table names, like ["queue_job", "audit.entry"]');
  const names = tables.map((table: unknown) => {
    if (typeof table !== 'string') throw problem('has an entry that is not a table name, like "queue_job"');
    if (!tablePattern.test(table))
      throw problem(`has ${quoteInput(table)}, not the name of a table: table or schema.table`);
    return nameText(parseName(table));
  });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw problem(`has ${quoteInput(twice)} twice`);
  return Object.freeze(names.toSorted());
}

/** Returns the former names that the package of `plugin` declares. Throws PLUGIN_FIELD_INVALID. */
export function formerNamesIn(file: PackageFile, plugin: string): readonly string[] {
  const names = isRecord(file.fields['headwater']) ? (file.fields['headwater']['formerly'] ?? []) : [];
  const problem = (text: string): KernelError => fieldInvalid(file, 'headwater.formerly', text);
  if (!Array.isArray(names)) throw problem('is not a list of plugin names, like ["likes"]');
  const found = names.map((name: unknown) => {
    if (typeof name !== 'string' || !isPluginName(name)) throw problem('has an entry that is not a plugin name');
    if (name === plugin || name === 'core') throw problem(`has ${quoteInput(name)}, which cannot be a former name`);
    return name;
  });
  return Object.freeze([...new Set(found)].toSorted());
}

/** The prefix keeps the commands of plugins distinct, and help groups them by it. */
function commandsIn(commands: unknown, plugin: string, file: PackageFile): ReadonlyMap<string, string> {
  const problem = (text: string): KernelError => fieldInvalid(file, 'headwater.commands', text);
  if (!isRecord(commands)) throw problem('is not an object of summaries by name');
  return new Map(
    Object.entries(commands).map(([name, summary]) => {
      const [owner = '', verb = ''] = name.split(':', 2);
      if (owner !== plugin) {
        throw problem(
          `has ${quoteInput(name)}, which is a command of "${owner}"; those of "${plugin}" begin with "${plugin}:"`,
        );
      }
      if (!/^[a-z][a-z0-9-]*$/.test(verb) || name !== `${owner}:${verb}`)
        throw problem(`has ${quoteInput(name)}, not "${plugin}:verb"`);
      if (typeof summary !== 'string') throw problem(`has no summary for ${quoteInput(name)}`);
      return [name, summary];
    }),
  );
}

function dotted(path: string): string {
  return path.startsWith('./') ? path : `./${path}`;
}

/** Returns the name of the plugin that a package declares; `null` for a package that is not a plugin. */
export function pluginNameIn(file: PackageFile): string | null {
  const { headwater } = file.fields;
  return isRecord(headwater) && typeof headwater['plugin'] === 'string' ? headwater['plugin'] : null;
}

function fieldInvalid(file: PackageFile, field: string, problem: string): KernelError {
  const details = { package: file.name, file: `${file.directory}/package.json`, field, problem };
  return kernelError('PLUGIN_FIELD_INVALID', details);
}
