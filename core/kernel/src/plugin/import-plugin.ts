import { pathToFileURL } from 'node:url';
import type { DefinedPlugin } from '../contract/define-plugin.ts';
import { firstLine } from '../error/first-line.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { quoted } from '../error/quoted.ts';
import { isRecord } from './packages.ts';
import { lookUpQuickly } from '../runtime/module-lookup.ts';
import type { Plugin } from './plugin-set.ts';

/** A plugin's code, loaded. */
export interface RunningHalf {
  /** What it exports by default. */
  readonly running: DefinedPlugin;
  /** All that its main module exports. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The same as {@link importPlugin}, where only the definition is wanted. */
export async function loadRunningHalf(plugin: Plugin): Promise<DefinedPlugin> {
  return (await importPlugin(plugin)).running;
}

/** Imports the module behind a `file:` URL. */
export type ImportModule = (url: string) => Promise<unknown>;

/**
 * Imports a plugin's code, with `load` in place of Node where one is given, and checks what it exports. Throws
 * PLUGIN_LOAD_FAILED, PLUGIN_EXPORT_INVALID.
 */
export async function importPlugin(plugin: Plugin, load: ImportModule = (url) => import(url)): Promise<RunningHalf> {
  if (plugin.from === 'sources') await (await import('./revision-files.ts')).allowSources();
  lookUpQuickly();
  const module = await imported(plugin, load);
  const exported = module['default'];
  const problem =
    isRecord(exported) && exported['kind'] === 'plugin' ? fieldProblem(exported, plugin) : mistakeIn(module, exported);
  // `kind` is what definePlugin writes, and the fields that are called have just been looked at.
  if (problem === null) return { running: exported as DefinedPlugin, exports: module };
  throw kernelError('PLUGIN_EXPORT_INVALID', { ...whereIs(plugin), file: plugin.entry, problem });
}

/** A plugin's package, for a message. */
export function whereIs({ name, package: packageName, version, directory }: Plugin): {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  readonly directory: string;
} {
  return { plugin: name, package: packageName, version, directory };
}

async function imported(plugin: Plugin, load: ImportModule): Promise<Readonly<Record<string, unknown>>> {
  try {
    const module = await load(pathToFileURL(plugin.entry).href);
    // Node always gives one.
    if (!isRecord(module)) throw new Error('the `import` that was given returned no module');
    return module;
  } catch (cause) {
    const details = { ...whereIs(plugin), phase: 'import' as const, file: plugin.entry, reason: firstLine(cause) };
    throw kernelError('PLUGIN_LOAD_FAILED', details, { cause });
  }
}

function fieldProblem(exported: Readonly<Record<string, unknown>>, plugin: Plugin): string | null {
  const { name, config } = exported;
  if (name !== plugin.name) {
    const found = typeof name === 'string' ? quoted(name) : 'nothing';
    return `gives it the name ${found}, and "headwater.plugin" in its package.json is "${plugin.name}"`;
  }
  if (config !== undefined && !isStandardSchema(config)) {
    return 'has a `config` that is no Standard Schema (zod 3.24, valibot 1, arktype 2, or newer)';
  }
  for (const field of ['bind', 'start', 'stop']) {
    if (!['undefined', 'function'].includes(typeof exported[field])) return `has a \`${field}\` that is not a function`;
  }
  for (const field of ['entities', 'extend']) {
    const list = exported[field];
    if (list !== undefined && !Array.isArray(list)) return `has \`${field}\` that are not a list`;
  }
  return null;
}

/** Some libraries' schemas are functions. */
function isStandardSchema(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = '~standard' in value ? value['~standard'] : null;
  return isRecord(standard) && typeof standard['validate'] === 'function';
}

function mistakeIn(module: Readonly<Record<string, unknown>>, exported: unknown): string {
  const named = Object.keys(module).find(
    (name) => name !== 'default' && isRecord(module[name]) && module[name]['kind'] === 'plugin',
  );
  if (exported === undefined && named !== undefined) return `exports it by name ("${named}"), not by default`;
  if (exported === undefined) return Object.keys(module).length === 0 ? 'exports nothing' : 'has no default export';
  if (isRecord(exported) && exported['kind'] === 'revision') return 'exports a revision by default';
  if (isRecord(exported) && isRecord(exported['default']) && exported['default']['kind'] === 'plugin') {
    return 'is CommonJS compiled from ESM, so its default export is inside another; publish it as ESM';
  }
  if (isRecord(exported) && 'name' in exported) return 'exports a plain object by default; pass it to definePlugin';
  if (typeof exported === 'function') return 'exports a function by default; pass what it makes to definePlugin';
  return 'has a default export that is not made by definePlugin';
}
