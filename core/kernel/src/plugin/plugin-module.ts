import { pathToFileURL } from 'node:url';
import { definePlugin, type DefinedPlugin } from '../contract/define-plugin.ts';
import { shortMessage } from '../error/short-message.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { quoteInput } from '../error/quote-input.ts';
import { installedPackage } from '../peers/installed-package.ts';
import { assertSharedMikroOrm } from '../peers/kernel-peers.ts';
import { isRecord } from './packages.ts';
import { speedUpModuleLookup } from '../runtime/module-lookup.ts';
import { resolveSources } from '../runtime/source-condition.ts';
import type { Plugin } from './plugin-set.ts';
import type { UncompiledSyntax } from './uncompiled-syntax.ts';

/** The main module of a plugin, imported. */
export interface PluginModule {
  /** Its default export. */
  readonly definition: DefinedPlugin;
  /** All its exports. `undefined` if there is no module that could keep any of them private. */
  readonly exports: Readonly<Record<string, unknown>> | undefined;
}

/** Like {@link importPlugin}, but returns only the definition. */
export async function importDefinition(plugin: Plugin): Promise<DefinedPlugin> {
  return (await importPlugin(plugin)).definition;
}

/** Imports the module behind a `file:` URL. */
export type ImportModule = (url: string) => Promise<unknown>;

/**
 * Imports the main module of a plugin and checks its default export. `load` replaces Node's own import. Throws
 * MIKRO_ORM_DUPLICATE, PLUGIN_NOT_COMPILED, PLUGIN_LOAD_FAILED, PLUGIN_EXPORT_INVALID.
 */
export async function importPlugin(plugin: Plugin, load: ImportModule = (url) => import(url)): Promise<PluginModule> {
  if (plugin.load === null) return { definition: definePlugin({ name: plugin.name }), exports: {} };
  if (plugin.from === 'sources') await resolveSources();
  speedUpModuleLookup();
  assertSharedMikroOrm(plugin, pathToFileURL(plugin.entry).href);
  const found = await imported(plugin, load);
  // A program may return the definition itself.
  const isDefinition = plugin.load !== undefined && found['kind'] === 'plugin';
  const module = isDefinition ? { default: found } : found;
  const exported = module['default'];
  const problem =
    isRecord(exported) && exported['kind'] === 'plugin' ? fieldProblem(exported, plugin) : mistakeIn(module, exported);
  // Only definePlugin sets `kind`, and the callable fields have just been checked.
  if (problem === null) return { definition: exported as DefinedPlugin, exports: isDefinition ? undefined : module };
  throw kernelError('PLUGIN_EXPORT_INVALID', { ...detailsOf(plugin), file: codeOf(plugin), problem });
}

/** Returns the version of a package that the main module of a plugin would import; `null` if it would find none. */
export function importedVersion({ entry }: Pick<Plugin, 'entry'>, name: string): string | null {
  return installedPackage(name, pathToFileURL(entry).href)?.version ?? null;
}

/** Returns the details that identify a plugin in errors. */
export function detailsOf({ name, package: packageName, version, directory }: Plugin): {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  readonly directory: string;
} {
  return { plugin: name, package: packageName, version, directory };
}

/** Returns where the code of a plugin comes from, for messages: its main module, or a function of the host. */
export function codeOf({ name, entry, load }: Plugin): string {
  return load ? `plugins.${name}.load of open()` : entry;
}

async function imported(plugin: Plugin, load: ImportModule): Promise<Readonly<Record<string, unknown>>> {
  try {
    const given = plugin.load ?? (() => load(pathToFileURL(plugin.entry).href));
    const module = await given();
    // Node's own import always returns one.
    if (!isRecord(module)) throw new Error(`its ${plugin.load ? '`load`' : '`import` option'} returned no module`);
    return module;
  } catch (cause) {
    const uncompiled = plugin.from === 'sources' ? await syntaxToCompile(plugin.entry, cause) : null;
    if (uncompiled !== null)
      throw kernelError('PLUGIN_NOT_COMPILED', { ...detailsOf(plugin), ...uncompiled }, { cause });
    const details = {
      ...detailsOf(plugin),
      phase: 'import' as const,
      file: codeOf(plugin),
      reason: shortMessage(cause),
    };
    throw kernelError('PLUGIN_LOAD_FAILED', details, { cause });
  }
}

async function syntaxToCompile(entry: string, cause: unknown): Promise<UncompiledSyntax | null> {
  const { findUncompiled } = await import('./uncompiled-syntax.ts');
  return findUncompiled(entry, cause);
}

function fieldProblem(exported: Readonly<Record<string, unknown>>, plugin: Plugin): string | null {
  const { name, config } = exported;
  if (name !== plugin.name) {
    const found = typeof name === 'string' ? quoteInput(name) : 'nothing';
    const expected = plugin.load ? 'open() lists it as' : '"headwater.plugin" in its package.json is';
    return `calls it ${found}, and ${expected} "${plugin.name}"`;
  }
  if (config !== undefined && !isStandardSchema(config)) {
    return 'has a `config` that is not a Standard Schema (zod 3.24, valibot 1, arktype 2, or newer)';
  }
  for (const field of ['bind', 'start', 'stop', 'metadataProvider']) {
    if (!['undefined', 'function'].includes(typeof exported[field])) return `has a \`${field}\` that is not a function`;
  }
  for (const field of ['entities', 'extend']) {
    const list = exported[field];
    if (list !== undefined && !Array.isArray(list)) return `has a \`${field}\` that is not a list`;
  }
  return null;
}

/** In some libraries schemas are functions. */
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
  if (typeof exported === 'function') return 'exports a function by default; pass its result to definePlugin';
  return 'has a default export that is not created by definePlugin';
}
