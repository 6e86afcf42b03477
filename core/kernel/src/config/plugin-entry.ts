import type { Json, OptionSource, PluginEntry } from './config.ts';
import { fileOf, isObject, type JsonObject } from './config-layers.ts';
import { invalidValue } from './invalid-value.ts';
import { pointerOf } from './json-pointer.ts';
import { assertPluginName } from './plugin-name.ts';
import { readSettings } from './read-settings.ts';
import { settings } from './settings.ts';
import { substituted, variableName, type Substitution } from './variables.ts';

/** Returns the entry of plugin zero, which is active because the key `core` names its package. */
export function coreEntry(packageName: string): PluginEntry {
  return Object.freeze({
    name: 'core',
    enabled: true,
    package: packageName,
    startTimeout: settings['/plugins/*/$startTimeout'].default,
    options: Object.freeze({}),
    fromVariables: Object.freeze([]),
  });
}

/**
 * Reads the entry of the plugin `name`. Variables in the plugin's own options are substituted only if it is enabled, so
 * that a plugin can be disabled in environments that do not set its variables. Throws PLUGIN_NAME_INVALID,
 * PLUGIN_NAME_RESERVED, and the errors of the `$`-keys.
 */
export function pluginEntry(name: string, json: Json | undefined, context: Substitution): PluginEntry {
  const path = ['plugins', name];
  const { layers } = context;
  assertPluginName(name, fileOf(layers, path), pointerOf(path));
  if (!isObject(json)) throw invalidValue(layers, path, 'an object: {} to activate it, or { "$enabled": false }', json);
  const pairs = Object.entries(json);
  // Substitution in an object returns an object.
  const kernels = substituted(
    Object.fromEntries(pairs.filter(([key]) => key.startsWith('$'))),
    path,
    context,
  ) as JsonObject;
  const { $enabled, $package, $startTimeout } = readSettings('/plugins/*', kernels, path, context);
  const written = Object.fromEntries(pairs.filter(([key]) => !key.startsWith('$')));
  const options = $enabled ? (substituted(written, path, context) as JsonObject) : written;
  return Object.freeze({
    name,
    enabled: $enabled,
    package: $package,
    startTimeout: $startTimeout,
    options: frozen(options),
    fromVariables: Object.freeze(pointersUnder(pointerOf(path), context.whole)),
    ...(context.env !== null && { sources: sourcesOf(written, path, context) }),
  });
}

function sourcesOf(
  written: JsonObject,
  path: readonly string[],
  { layers }: Substitution,
): Readonly<Record<string, OptionSource>> {
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => {
      const variables = Array.from(JSON.stringify(value).matchAll(variableName), ([, name = '']) => name);
      return [key, { file: fileOf(layers, [...path, key]), variables: [...new Set(variables)] }];
    }),
  );
}

function pointersUnder(pointer: string, pointers: Iterable<string>): string[] {
  return Array.from(pointers).flatMap((one) => (one.startsWith(`${pointer}/`) ? [one.slice(pointer.length)] : []));
}

function frozen<T extends Json>(json: T): T {
  if (typeof json === 'object' && json !== null) for (const value of Object.values(json)) frozen(value);
  return Object.freeze(json);
}
