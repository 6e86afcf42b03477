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
  const details = { file: fileOf(layers, path), pointer: pointerOf(path), expected, found: valueKind(found) };
  return kernelError('CONFIG_VALUE_INVALID', details);
}

/** Describes a value in words without revealing it. */
export function valueKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return value.trim() === '' ? 'an empty string' : 'a string';
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return 'zero';
  return value < 0 ? 'a negative number' : 'a number';
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
