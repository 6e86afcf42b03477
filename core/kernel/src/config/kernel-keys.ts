import { kernelError } from '../error/kernel-codes.ts';
import { isPluginName } from '../graph/revision-id.ts';
import type { Json, PluginEntry, UpgradeSettings } from './config.ts';
import { fileOf, isObject, type JsonObject } from './layers.ts';
import { pointerOf } from './pointer.ts';
import { assertKnown, misfit } from './refusals.ts';
import { substituted, type Substitution } from './variables.ts';

/** The keys of config.json itself. */
export const topKeys = ['$schema', 'database', 'core', 'plugins', 'upgrade'];

/** Seconds before a plugin's `start` counts as hanging, where `$startTimeout` is not given. */
export const defaultStartTimeout = 10;

/** What an upgrade does where `upgrade` does not say otherwise; see {@link UpgradeSettings}. */
export const defaultUpgrade: UpgradeSettings = Object.freeze({
  lockWait: 300,
  lockTimeout: 3,
  retryFor: 60,
  statementTimeout: 0,
});

/** PostgreSQL and Node's timers both count milliseconds in 32 bits. */
export const mostSeconds = 2_147_483;

/** `upgrade`. Throws CONFIG_VALUE_INVALID, CONFIG_KEY_UNKNOWN. */
export function upgradeSettings(json: Json | undefined, context: Substitution): UpgradeSettings {
  if (json === undefined) return defaultUpgrade;
  if (!isObject(json)) throw misfit(context.layers, ['upgrade'], 'an object', json);
  assertKnown(json, Object.keys(defaultUpgrade), ['upgrade'], context.layers);
  const seconds = (key: keyof UpgradeSettings): number =>
    json[key] === undefined ? defaultUpgrade[key] : secondsAt(json[key], ['upgrade', key], 0, context);
  return Object.freeze({
    lockWait: seconds('lockWait'),
    lockTimeout: seconds('lockTimeout'),
    retryFor: seconds('retryFor'),
    statementTimeout: seconds('statementTimeout'),
  });
}

/** `core`: plugin zero, which is activated by being named. Throws CONFIG_VALUE_INVALID. */
export function coreEntry(json: Json, context: Substitution): PluginEntry {
  return Object.freeze({
    name: 'core',
    enabled: true,
    package: textAt(json, ['core'], 'a package like "@headwater/plugin-core"', context),
    startTimeout: defaultStartTimeout,
    options: Object.freeze({}),
    fromVariables: Object.freeze([]),
  });
}

/**
 * The entry of the plugin `name`, as it was parsed: what belongs to the plugin is only substituted where it is enabled,
 * so that a plugin can be off where its variables are not set. Throws PLUGIN_NAME_INVALID, PLUGIN_NAME_RESERVED and
 * what the `$`-keys can get wrong.
 */
export function pluginEntry(name: string, json: Json | undefined, context: Substitution): PluginEntry {
  const path = ['plugins', name];
  const { layers } = context;
  if (!isFree(name)) assertPluginName(name, fileOf(layers, path), pointerOf(path));
  if (!isObject(json)) throw misfit(layers, path, 'an object: {} to activate it, or { "$enabled": false }', json);
  const pairs = Object.entries(json);
  // What substitution makes of an object is an object.
  const kernels = substituted(
    Object.fromEntries(pairs.filter(([key]) => key.startsWith('$'))),
    path,
    context,
  ) as JsonObject;
  assertKnown(kernels, ['$enabled', '$package', '$startTimeout'], path, layers);
  const { $enabled, $package, $startTimeout } = kernels;
  const enabled = $enabled === undefined || booleanAt($enabled, [...path, '$enabled'], context);
  const written = Object.fromEntries(pairs.filter(([key]) => !key.startsWith('$')));
  // As above.
  const options = enabled ? (substituted(written, path, context) as JsonObject) : written;
  const seconds = $startTimeout ?? defaultStartTimeout;
  return Object.freeze({
    name,
    enabled,
    package: $package === undefined ? null : textAt($package, [...path, '$package'], 'a package or a ./path', context),
    startTimeout: secondsAt(seconds, [...path, '$startTimeout'], 0.001, context),
    options: frozen(options),
    fromVariables: Object.freeze(pointersUnder(pointerOf(path), context.whole)),
  });
}

function pointersUnder(pointer: string, pointers: Iterable<string>): string[] {
  return Array.from(pointers).flatMap((one) => (one.startsWith(`${pointer}/`) ? [one.slice(pointer.length)] : []));
}

/** Plugin zero, the schema of the ledger, and the target that means every plugin. */
const reserved = new Set(['core', 'kernel', 'heads']);

/** Whether a plugin may have that name. */
function isFree(name: string): boolean {
  return isPluginName(name) && !reserved.has(name);
}

/** Throws PLUGIN_NAME_INVALID and PLUGIN_NAME_RESERVED. `file` and `pointer` say where `name` was written. */
export function assertPluginName(name: string, file: string, pointer: string): void {
  if (!isPluginName(name)) {
    throw kernelError('PLUGIN_NAME_INVALID', { name, file, pointer, problem: nameProblem(name) });
  }
  if (reserved.has(name)) throw kernelError('PLUGIN_NAME_RESERVED', { name, file, pointer });
}

function nameProblem(name: string): string {
  if (name === '') return 'it is empty';
  const strange = /[^\x20-\x7e]/u.exec(name)?.[0];
  if (strange !== undefined) {
    const point = strange.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
    return `its character U+${point} is not ASCII, even if it looks like it`;
  }
  if (/^[a-z]+:/i.test(name)) return 'it looks like a URL, and a plugin is listed by its name';
  if (/[/\\]/.test(name)) return 'it looks like a path or a package, which goes into "$package"';
  if (/[A-Z]/.test(name)) return 'it has upper-case letters';
  if (name.length > 39) return `it has ${name.length} characters`;
  const wrong = /[^a-z0-9-]/.exec(name)?.[0];
  return wrong === undefined ? 'it does not begin with a letter' : `"${wrong}" is not allowed`;
}

function textAt(json: Json, path: readonly string[], expected: string, { layers }: Substitution): string {
  if (typeof json !== 'string' || json.trim() === '') throw misfit(layers, path, expected, json);
  return json;
}

function booleanAt(json: Json, path: readonly string[], context: Substitution): boolean {
  const value = context.whole.has(pointerOf(path)) ? fromText(json) : json;
  if (typeof value !== 'boolean') throw misfit(context.layers, path, 'true or false', json);
  return value;
}

function secondsAt(json: Json, path: readonly string[], least: number, context: Substitution): number {
  const value = context.whole.has(pointerOf(path)) ? fromText(json) : json;
  if (typeof value === 'number' && value >= least && value <= mostSeconds) return value;
  const from = least === 0 ? 'from 0' : 'above 0';
  throw misfit(context.layers, path, `a number of seconds ${from}, at most ${mostSeconds}`, value);
}

/** The number or boolean that a variable's text is; any other text as it is. */
export function fromText(json: Json): Json {
  if (json === 'true' || json === 'false') return json === 'true';
  return typeof json === 'string' && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(json) ? Number(json) : json;
}

function frozen<T extends Json>(json: T): T {
  if (typeof json === 'object' && json !== null) for (const value of Object.values(json)) frozen(value);
  return Object.freeze(json);
}
