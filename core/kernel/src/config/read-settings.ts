import type { Json } from './config.ts';
import { isObject } from './config-layers.ts';
import { assertKnownKeys, invalidValue } from './invalid-value.ts';
import { pointerOf } from './json-pointer.ts';
import { settingsUnder, type Section, type Setting } from './settings.ts';
import { fromText, type Substitution } from './variables.ts';

/**
 * Reads the settings under the pointer `prefix` from the object at `path`, in which variables are already substituted.
 * Absent keys, or an absent object, get the defaults. Throws CONFIG_VALUE_INVALID, CONFIG_KEY_UNKNOWN.
 */
export function readSettings<const Prefix extends string>(
  prefix: Prefix,
  json: Json | undefined,
  path: readonly string[],
  context: Substitution,
): Section<Prefix> {
  const rows = settingsUnder(prefix);
  const object = json ?? {};
  if (json === null || !isObject(object)) throw invalidValue(context.layers, path, 'an object', json);
  assertKnownKeys(object, [...rows.keys()], path, context.layers);
  const values = Array.from(rows, ([key, setting]): [string, Json] => [
    key,
    object[key] === undefined ? setting.default : valueAt(object[key], setting, [...path, key], context),
  ]);
  // Each row under the prefix has a value, whose type the row has checked.
  return Object.freeze(Object.fromEntries(values)) as Section<Prefix>;
}

function valueAt(json: Json, { type, check, expected }: Setting, path: readonly string[], context: Substitution): Json {
  const isText = type === 'text' || type === 'choice';
  const value = !isText && context.whole.has(pointerOf(path)) ? fromText(json) : json;
  if (!check(value)) throw invalidValue(context.layers, path, expected, value);
  return value;
}
