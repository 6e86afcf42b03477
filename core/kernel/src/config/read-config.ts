import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { explainFileError } from '../error/file-error.ts';
import type { Config, PluginEntry } from './config.ts';
import { databaseTarget } from './database-target.ts';
import { parseBytes } from './json-text.ts';
import { coreEntry, pluginEntry, topKeys, upgradeSettings } from './kernel-keys.ts';
import { isObject, merged, type JsonObject, type Layer } from './layers.ts';
import { projectRoot } from './project-root.ts';
import { assertKnown, misfit } from './refusals.ts';
import { substituted, type Environment, type Substitution } from './variables.ts';

/** The most that a config file may have, in bytes. */
const sizeLimit = 1024 * 1024;

/**
 * Reads a config file and its overlay for `NODE_ENV`, substitutes variables from `env`, and checks the kernel's own
 * keys; a plugin's options are checked by its schema, later. With `text` the file is taken to hold that, so that an edit
 * can be tried before it is written. Throws CONFIG_UNREADABLE, CONFIG_TOO_LARGE and what
 * parsing, substitution and the keys can get wrong.
 */
export function readConfig(file: string, env: Environment, text?: string): Config {
  const path = resolve(file);
  const overlays = overlayOf(path, env['NODE_ENV'] ?? '').filter((overlay) => existsSync(overlay));
  const base = text === undefined ? readLayer(path) : layerOf(path, Buffer.from(text));
  const layers = [base, ...overlays.map(readLayer)];
  const { plugins = {}, ...kernels } = merged(layers);
  const context: Substitution = { layers, env, whole: new Set() };
  assertKnown(kernels, topKeys, [], layers);
  // What substitution makes of an object is an object.
  const own = substituted(kernels, [], context) as JsonObject;
  const { $schema } = own;
  if ($schema !== undefined && typeof $schema !== 'string') throw misfit(layers, ['$schema'], 'a string', $schema);
  if (!isObject(plugins)) throw misfit(layers, ['plugins'], 'an object with a key for each plugin', plugins);
  const entries = new Map<string, PluginEntry>();
  if (own['core'] !== undefined) entries.set('core', coreEntry(own['core'], context));
  for (const name of Object.keys(plugins).toSorted()) entries.set(name, pluginEntry(name, plugins[name], context));
  return Object.freeze({
    file: path,
    overlays: Object.freeze(overlays),
    root: projectRoot(path),
    database: databaseTarget(own['database'], path, layers),
    plugins: entries,
    upgrade: upgradeSettings(own['upgrade'], context),
  });
}

/** `config.<NODE_ENV>.json` beside `config.json`, and so for a file of another name. */
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
  if (!isObject(layer.json)) throw misfit([{ file, json: {} }], [], 'an object', layer.json);
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
