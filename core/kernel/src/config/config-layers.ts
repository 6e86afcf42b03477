import type { Json } from './config.ts';

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** Returns whether `json` is an object. */
export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** A parsed config file: config.json, or an overlay. */
export interface Layer {
  readonly file: string;
  readonly json: JsonObject;
}

/** Merges layers, the last one on top. Objects are merged key by key; any other value replaces the one below it. */
export function merged(layers: readonly Layer[]): JsonObject {
  return layers.reduce<JsonObject>((below, { json }) => merge(below, json), {});
}

function merge(below: JsonObject, above: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = Object.hasOwn(below, key) ? below[key] : undefined;
    result[key] = isObject(under) && isObject(value) ? merge(under, value) : value;
  }
  return result;
}

/**
 * Returns the file in which to correct a value. It is the topmost file that contains `path` or, if none does, the
 * longest possible prefix of `path`.
 */
export function fileOf(layers: readonly Layer[], path: readonly string[]): string {
  for (let length = path.length; length > 0; length -= 1) {
    const top = layers.findLast(({ json }) => has(json, path.slice(0, length)));
    if (top !== undefined) return top.file;
  }
  return layers[0]?.file ?? '';
}

function has(json: Json, path: readonly string[]): boolean {
  let here: Json | undefined = json;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return false;
    // Arrays are read by index, objects by key.
    here = (here as JsonObject)[key];
  }
  return true;
}
