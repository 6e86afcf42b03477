import { existsSync } from 'node:fs';
import { isInNodeModules } from '../config/project-root.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { quoted } from '../error/quoted.ts';
import { isPluginName } from '../graph/revision-id.ts';
import { exportsTarget, isInside, sourceCondition, stockConditions } from './exports-target.ts';
import { isRecord, type PackageFile } from './packages.ts';

/** What a package.json says of the plugin that the package is. */
export interface PluginFields {
  readonly name: string;
  readonly file: PackageFile;
  /** Folder of the revision files, absolute; it need not exist, unless `ownMigrations`. */
  readonly migrations: string;
  /** Whether `headwater.migrations` names that folder. */
  readonly ownMigrations: boolean;
  /** Commands that it adds to `kernel`: what each does, by its name. */
  readonly commands: ReadonlyMap<string, string>;
}

/** A plugin's package.json, understood: what is known of it before its revisions are read. */
export interface StaticHalf extends PluginFields, PackageModule {}

const sourceConditions = [sourceCondition, ...stockConditions];

/** Reads the plugin fields of a package and finds its main module. Throws PLUGIN_FIELD_INVALID. */
export function staticHalf(file: PackageFile): StaticHalf {
  return Object.freeze({ ...pluginFields(file), ...moduleOf(file, '.') });
}

/** Where a package keeps the module of one of its doors. */
export interface PackageModule {
  /** Sources where the package is linked from a workspace and has them, else what was built. */
  readonly from: 'sources' | 'built';
  /** Absolute. */
  readonly entry: string;
}

/** The module that a package's `exports` give for `subpath`. Throws PLUGIN_FIELD_INVALID where they give none. */
export function moduleOf(file: PackageFile, subpath: string): PackageModule {
  const { exports, main } = file.fields;
  const linked = isInNodeModules(file.directory) ? null : exportsTarget(exports, subpath, sourceConditions);
  const sources = linked?.fromSource === true && existsSync(`${file.directory}/${linked.path}`) ? linked.path : null;
  const built =
    exports === undefined ? mainTarget(main, subpath) : exportsTarget(exports, subpath, stockConditions)?.path;
  const target = sources ?? built ?? null;
  if (target === null) throw fieldInvalid(file, 'exports', `gives no module for "${subpath}"`);
  return { from: sources === null ? 'built' : 'sources', entry: `${file.directory}/${target.slice(2)}` };
}

function mainTarget(main: unknown, subpath: string): string | null {
  if (subpath !== '.') return null;
  if (typeof main !== 'string') return './index.js';
  return isInside(dotted(main)) ? dotted(main) : null;
}

/** The `headwater` field of a package.json. Throws PLUGIN_FIELD_INVALID. */
export function pluginFields(file: PackageFile): PluginFields {
  const { headwater } = file.fields;
  if (headwater === undefined) throw fieldInvalid(file, 'headwater', 'is not there');
  if (!isRecord(headwater)) throw fieldInvalid(file, 'headwater', 'is not an object');
  const { plugin, migrations, commands } = headwater;
  if (typeof plugin !== 'string' || plugin === '') {
    throw fieldInvalid(file, 'headwater.plugin', plugin === undefined ? 'is not there' : 'is not a name');
  }
  if (!isPluginName(plugin))
    throw fieldInvalid(file, 'headwater.plugin', `is ${quoted(plugin)}, not [a-z][a-z0-9-]{0,38}`);
  if (migrations !== undefined && (typeof migrations !== 'string' || !isInside(dotted(migrations)))) {
    const found = typeof migrations === 'string' ? `: ${quoted(migrations)}` : '';
    throw fieldInvalid(file, 'headwater.migrations', `is not a folder inside the package${found}`);
  }
  return {
    name: plugin,
    file,
    migrations: `${file.directory}/${migrations?.replace(/^\.\//, '') ?? 'src/migrations'}`,
    ownMigrations: migrations !== undefined,
    commands: commandsIn(commands ?? {}, plugin, file),
  };
}

/** The prefix keeps the commands of plugins apart from each other, and is what help groups them by. */
function commandsIn(commands: unknown, plugin: string, file: PackageFile): ReadonlyMap<string, string> {
  const problem = (text: string): KernelError => fieldInvalid(file, 'headwater.commands', text);
  if (!isRecord(commands)) throw problem('is not an object of summaries by name');
  return new Map(
    Object.entries(commands).map(([name, summary]) => {
      const [owner = '', verb = ''] = name.split(':', 2);
      if (owner !== plugin) {
        throw problem(
          `has ${quoted(name)}, which is a command of "${owner}"; those of "${plugin}" begin with "${plugin}:"`,
        );
      }
      if (!/^[a-z][a-z0-9-]*$/.test(verb) || name !== `${owner}:${verb}`)
        throw problem(`has ${quoted(name)}, not "${plugin}:verb"`);
      if (typeof summary !== 'string') throw problem(`has no summary for ${quoted(name)}`);
      return [name, summary];
    }),
  );
}

function dotted(path: string): string {
  return path.startsWith('./') ? path : `./${path}`;
}

/** The plugin that a package says it is; `null` for any other package, whatever is in its `headwater` field. */
export function pluginNameIn(file: PackageFile): string | null {
  const { headwater } = file.fields;
  return isRecord(headwater) && typeof headwater['plugin'] === 'string' ? headwater['plugin'] : null;
}

function fieldInvalid(file: PackageFile, field: string, problem: string): KernelError {
  const details = { package: file.name, file: `${file.directory}/package.json`, field, problem };
  return kernelError('PLUGIN_FIELD_INVALID', details);
}
