import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { explainFileError } from '../error/file-error.ts';
import type { Config, DatabaseTarget, Json, PluginEntry } from './config.ts';
import { databaseTarget } from './database-target.ts';
import { parseBytes } from './parse-json.ts';
import { coreEntry, pluginEntry } from './plugin-entry.ts';
import { isObject, merged, type JsonObject, type Layer } from './config-layers.ts';
import { projectRoot } from './project-root.ts';
import { assertKnownKeys, invalidValue } from './invalid-value.ts';
import { readSettings } from './read-settings.ts';
import { topKeys } from './settings.ts';
import { substituted, type Environment, type Substitution } from './variables.ts';

/** The maximum size of a config file, in bytes. */
const sizeLimit = 1024 * 1024;

/**
 * Reads a config file and its overlay for `NODE_ENV`, substitutes variables from `env`, and checks the kernel's own
 * keys. The options of plugins are checked later, against the plugins' schemas. If `text` is given, it is used instead
 * of the file's content, so that an edit can be checked before it is written. Throws CONFIG_UNREADABLE,
 * CONFIG_TOO_LARGE, and the errors of parsing, substitution and settings.
 */
export function readConfig(file: string, env: Environment, text?: string): Config {
  const path = resolve(file);
  const overlays = overlayOf(path, env['NODE_ENV'] ?? '').filter((overlay) => existsSync(overlay));
  const base = text === undefined ? readLayer(path) : layerOf(path, Buffer.from(text));
  const layers = [base, ...overlays.map(readLayer)];
  return configOf(layers, { file: path, overlays, env });
}

/** The circumstances of a config. */
interface ConfigContext {
  readonly file: string;
  readonly overlays: readonly string[];
  /** `null`: nothing is substituted, since the values come from a program. */
  readonly env: Environment | null;
  /** The database if the config names none. Default: the config must name one. */
  readonly database?: DatabaseTarget;
}

/**
 * Returns the config that a program passes in place of a file. Texts are used as they are, without variables. `file` is
 * a path in the folder that relative paths refer to. `database` is used if `json` names none. Throws like {@link
 * readConfig}.
 */
export function givenConfig(json: Json, file: string, database?: DatabaseTarget): Config {
  const layer = { file, json };
  if (!isObject(layer.json)) throw invalidValue([{ file, json: {} }], [], 'an object', json);
  const layers = [{ file, json: layer.json }];
  return configOf(layers, { file, overlays: [], env: null, ...(database && { database }) });
}

function configOf(layers: readonly Layer[], { file, overlays, env, database: usual }: ConfigContext): Config {
  const { plugins = {}, ...kernels } = merged(layers);
  const context: Substitution = { layers, env, whole: new Set() };
  assertKnownKeys(kernels, topKeys, [], layers);
  // Substitution in an object returns an object.
  const { database, upgrade, pool, ...others } = substituted(kernels, [], context) as JsonObject;
  const { core } = readSettings('', others, [], context);
  if (!isObject(plugins)) throw invalidValue(layers, ['plugins'], 'an object with a key for each plugin', plugins);
  const entries = new Map<string, PluginEntry>();
  if (core !== null) entries.set('core', coreEntry(core));
  for (const name of Object.keys(plugins).toSorted()) entries.set(name, pluginEntry(name, plugins[name], context));
  return Object.freeze({
    file,
    overlays: Object.freeze(overlays),
    root: projectRoot(file),
    database: databaseTarget(database, file, layers, usual),
    plugins: entries,
    upgrade: readSettings('/upgrade', upgrade, ['upgrade'], context),
    pool: readSettings('/pool', pool, ['pool'], context),
  });
}

/** Returns the overlay of `config.json`, which is `config.<NODE_ENV>.json` beside it; likewise for other file names. */
function overlayOf(file: string, environment: string): readonly string[] {
  if (environment === '') return [];
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(environment)) {
    throw kernelError('ENVIRONMENT_NAME_INVALID', { name: environment });
  }
  return [join(dirname(file), `${basename(file, '.json')}.${environment}.json`)];
}

function readLayer(file: string): Layer {
  return layerOf(file, readBytes(file));
}

function layerOf(file: string, bytes: Buffer): Layer {
  const layer = { file, json: parseBytes(bytes, file) };
  if (!isObject(layer.json)) throw invalidValue([{ file, json: {} }], [], 'an object', layer.json);
  return { file, json: layer.json };
}

function readBytes(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > sizeLimit) throw kernelError('CONFIG_TOO_LARGE', { file, bytes: size, limit: sizeLimit });
    return readFileSync(file);
  } catch (error) {
    if (error instanceof KernelError) throw error;
    const details = { file, cwd: process.cwd(), reason: explainFileError(error) };
    throw kernelError('CONFIG_UNREADABLE', details, { cause: error });
  }
}
