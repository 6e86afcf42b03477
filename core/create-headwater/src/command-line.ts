import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { appNameProblem, pluginNameProblem } from './names.ts';
import type { PackageManager } from './package-manager.ts';

/** The parts of a creation. */
export interface Wish {
  readonly kind: 'app' | 'plugin';
  /** Absolute. */
  readonly folder: string;
  /** The name of the application; that of the folder. */
  readonly app: string;
  /** The name of the plugin. */
  readonly plugin: string;
}

/** The words of the command line. A part that is `undefined` was not given. */
export interface Given {
  readonly kind: 'app' | 'plugin' | undefined;
  readonly folder: string | undefined;
  readonly plugin: string | undefined;
  /** The package manager for which the files are written. */
  readonly manager: PackageManager | undefined;
  readonly help: boolean;
  readonly json: boolean;
}

/** The line that corrects a wrong call. */
const usage = 'npm create headwater my-app, or npm create headwater my-plugin -- --plugin';

export const helpText = `Creates a Headwater application, or a plugin in a repository of its own.

Usage: npm create headwater [folder] -- [options]

  --app          create an application with a plugin of its own (the default)
  --plugin       create a plugin
  --name <name>  the name of the plugin; default: notes in an application, else
                 the folder's name without headwater-plugin-
  --package-manager <name>
                 npm or pnpm, for the commands in the files; default: the one
                 that runs this command
  --json         print the result as JSON, and ask nothing
  --help         show this text

On a terminal, parts that are not given are asked for. Nothing is installed, and no
existing file is changed. Exit codes: 0 done, 1 files cannot be written, 2 incorrect
use of the command line, 130 canceled.`;

/** A problem that the user can correct. Nothing was written. */
export interface Problem {
  readonly message: string;
  readonly fix: string;
}

/** Reads the command line. */
export function readCommandLine(words: readonly string[]): Given | Problem {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        app: { type: 'boolean' },
        plugin: { type: 'boolean' },
        name: { type: 'string' },
        'package-manager': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [folder, ...more] = positionals;
    if (more.length > 0) return { message: `only one folder can be created, not also ${more.join(', ')}`, fix: usage };
    if (values.app === true && values.plugin === true)
      return { message: '--app and --plugin exclude each other', fix: usage };
    const manager = values['package-manager'];
    if (manager !== undefined && manager !== 'npm' && manager !== 'pnpm')
      return { message: `the package manager "${manager}" is neither npm nor pnpm`, fix: usage };
    const kind = values.plugin === true ? 'plugin' : values.app === true ? 'app' : undefined;
    return { kind, folder, plugin: values.name, manager, help: values.help === true, json: values.json === true };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error), fix: usage };
  }
}

/** Completes the parts that were given with their defaults. */
export function wishOf({ kind = 'app', folder, plugin }: Given, cwd: string): Wish | Problem {
  if (folder === undefined) return { message: 'the folder to create is missing', fix: usage };
  const path = resolve(cwd, folder);
  const name = plugin ?? defaultPlugin(kind, path);
  const app = basename(path);
  const appProblem = kind === 'app' ? appNameProblem(app) : null;
  if (appProblem !== null)
    return { message: `"${app}" cannot be the name of an application: ${appProblem}`, fix: usage };
  const problem = pluginNameProblem(name);
  if (problem !== null) {
    return {
      message: `"${name}" cannot be the name of a plugin: ${problem}`,
      fix: `npm create headwater ${folder} -- --${kind} --name notes`,
    };
  }
  return { kind, folder: path, app, plugin: name };
}

/** Returns the name of a plugin that is not given. */
export function defaultPlugin(kind: Wish['kind'], folder: string): string {
  return kind === 'app' ? 'notes' : basename(folder).replace(/^headwater-plugin-/, '');
}
