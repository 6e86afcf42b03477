import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearestName } from '../error/nearest-name.ts';
import type { Json } from './config.ts';
import { fileOf, type JsonObject, type Layer } from './config-layers.ts';
import { pointerOf } from './json-pointer.ts';

/** Returns the error for an invalid value at `path`. It never quotes the value, which may have come from a variable. */
export function invalidValue(
  layers: readonly Layer[],
  path: readonly string[],
  expected: string,
  found: Json | undefined,
): KernelError {
  const details = { file: fileOf(layers, path), pointer: pointerOf(path), expected, found: jsonKind(found) };
  return kernelError('CONFIG_VALUE_INVALID', details);
}

/** Describes a value in words without revealing it. */
export function jsonKind(json: Json | undefined): string {
  if (json === undefined) return 'nothing';
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'an array';
  if (typeof json === 'object') return 'an object';
  if (typeof json === 'string') return json.trim() === '' ? 'an empty string' : 'a string';
  if (typeof json === 'boolean') return String(json);
  if (json === 0) return 'zero';
  return json < 0 ? 'a negative number' : 'a number';
}

/** Throws CONFIG_KEY_UNKNOWN for the first key of `json`, the object at `path`, that is not one of `known`. */
export function assertKnownKeys(
  json: JsonObject,
  known: readonly string[],
  path: readonly string[],
  layers: readonly Layer[],
): void {
  for (const key of Object.keys(json)) {
    if (known.includes(key)) continue;
    const place = [...path, key];
    const details = {
      file: fileOf(layers, place),
      pointer: pointerOf(place),
      key,
      nearest: nearestName(key, known),
      known,
    };
    throw kernelError('CONFIG_KEY_UNKNOWN', details);
  }
}
