import { chmodSync, mkdtempSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Node } from 'jsonc-parser';
import { kernelError } from '../error/kernel-codes.ts';
import { explainFileError } from '../error/file-error.ts';
import { parseJson } from './parse-json.ts';
import { jsoncParser } from './jsonc-parser.ts';
import { assertPluginName } from './plugin-name.ts';
import { isObject, type JsonObject } from './config-layers.ts';
import { pointerOf } from './json-pointer.ts';
import { invalidValue } from './invalid-value.ts';

/**
 * Returns the text of a config file with the plugin `name` enabled: adds an empty entry, or removes `"$enabled": false`
 * from an existing one. Everything else keeps its place and formatting. `file` is for messages. Throws the errors of
 * parsing, PLUGIN_NAME_INVALID and PLUGIN_NAME_RESERVED.
 */
export function enablePlugin(text: string, name: string, file = 'config.json'): string {
  const { plugins, entry } = read(text, name, file);
  if (entry !== undefined)
    return (entry['$enabled'] ?? true) === true ? text : without(text, ['plugins', name], '$enabled');
  const place = plugins === undefined ? inserted(text, [], 'plugins', '{}') : text;
  return inserted(place, ['plugins'], name, '{}');
}

/** Returns the text with the plugin disabled. Its options are kept. If the plugin has no entry, none is added. */
export function disablePlugin(text: string, name: string, file = 'config.json'): string {
  const { entry } = read(text, name, file);
  if (entry === undefined || entry['$enabled'] === false) return text;
  const silent = entry['$enabled'] === undefined ? text : without(text, ['plugins', name], '$enabled');
  return inserted(silent, ['plugins', name], '$enabled', 'false');
}

/** Returns the text with a package for plugin zero, if it names none. */
export function setCore(text: string, packageName: string, file = 'config.json'): string {
  const json = parseJson(text, file);
  if (isObject(json) && Object.hasOwn(json, 'core')) return text;
  return inserted(text, [], 'core', JSON.stringify(packageName));
}

/** Returns the text without the entry of a plugin, and thus without its options. */
export function removePlugin(text: string, name: string, file = 'config.json'): string {
  return read(text, name, file).entry === undefined ? text : without(text, ['plugins'], name);
}

/**
 * Returns the text with a plugin that is enabled, and with those of `values` (its options, `$package`) that its entry does
 * not have yet.
 */
export function addPlugin(text: string, name: string, values: JsonObject, file = 'config.json'): string {
  const enabled = enablePlugin(text, name, file);
  const { entry = {} } = read(enabled, name, file);
  const missing = Object.entries(values).filter(([key]) => !Object.hasOwn(entry, key));
  return missing.reduce(
    (edited, [key, value]) => inserted(edited, ['plugins', name], key, JSON.stringify(value)),
    enabled,
  );
}

function read(
  text: string,
  name: string,
  file: string,
): { readonly plugins: JsonObject | undefined; readonly entry: JsonObject | undefined } {
  assertPluginName(name, file, pointerOf(['plugins', name]));
  const json = parseJson(text, file);
  const layers = [{ file, json: {} }];
  if (!isObject(json)) throw invalidValue(layers, [], 'an object', json);
  const plugins = Object.hasOwn(json, 'plugins') ? json['plugins'] : undefined;
  if (plugins === undefined) return { plugins, entry: undefined };
  if (!isObject(plugins)) throw invalidValue(layers, ['plugins'], 'an object with a key for each plugin', plugins);
  const entry = Object.hasOwn(plugins, name) ? plugins[name] : undefined;
  if (entry !== undefined && !isObject(entry)) throw invalidValue(layers, ['plugins', name], 'an object', entry);
  return { plugins, entry };
}

/** Removes `key` from the object at `path`, which must have it. */
function without(text: string, path: string[], key: string): string {
  const object = nodeAt(text, path);
  const entries = object?.children ?? [];
  if (object !== undefined && entries.length === 1) return replaced(text, object, '{}');
  const at = entries.findIndex((entry) => entry.children?.[0]?.value === key);
  const [previous, own, next] = [entries[at - 1], entries[at], entries[at + 1]];
  if (own === undefined) return text;
  // Other entries keep the white space before them. Removing the first one removes the comma and white space after it.
  const from = previous === undefined ? own.offset : previous.offset + previous.length;
  const to = previous === undefined && next !== undefined ? next.offset : own.offset + own.length;
  return text.slice(0, from) + text.slice(to);
}

function nodeAt(text: string, path: string[]): Node | undefined {
  const { findNodeAtLocation, parseTree } = jsoncParser();
  const root = parseTree(text);
  return root && findNodeAtLocation(root, path);
}

/** Adds `"key": value` as the last entry of the object at `path`, formatted like the entry before it. */
function inserted(text: string, path: string[], key: string, value: string): string {
  const object = nodeAt(text, path);
  if (object === undefined) return text;
  const [last, previous] = (object.children ?? []).toReversed();
  if (last === undefined) {
    // A lone `$enabled` is easiest to read on the same line. The first plugin gets a line of its own.
    if (value === 'false') return replaced(text, object, `{ "${key}": ${value} }`);
    const eol = text.includes('\r\n') ? '\r\n' : '\n';
    const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', object.offset) + 1))?.[0] ?? '';
    const step = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
    return replaced(text, object, `{${eol}${indent}${step}"${key}": ${value}${eol}${indent}}`);
  }
  const end = last.offset + last.length;
  const from = previous === undefined ? object.offset + 1 : previous.offset + previous.length;
  const lead = text.slice(from, last.offset).replace(',', '');
  return `${text.slice(0, end)},${lead}"${key}":${lead === '' ? '' : ' '}${value}${text.slice(end)}`;
}

function replaced(text: string, { offset, length }: Node, by: string): string {
  return text.slice(0, offset) + by + text.slice(offset + length);
}

/**
 * Replaces a config file atomically: after a crash it contains either the old text or the new. Symbolic links and
 * permissions are preserved. Throws CONFIG_UNWRITABLE.
 */
export function writeConfig(file: string, text: string): void {
  let folder: string | null = null;
  try {
    const target = realpathSync(file);
    folder = mkdtempSync(join(dirname(target), '.config-'));
    const fresh = join(folder, 'config.json');
    writeFileSync(fresh, text, { flush: true });
    chmodSync(fresh, statSync(target).mode);
    renameSync(fresh, target);
  } catch (error) {
    throw kernelError('CONFIG_UNWRITABLE', { file, reason: explainFileError(error) }, { cause: error });
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}
