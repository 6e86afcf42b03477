import type { Json, PluginEntry } from '../config/config.ts';
import { fromText } from '../config/kernel-keys.ts';
import { pointerOf } from '../config/pointer.ts';
import { kindOf } from '../config/refusals.ts';
import type { DefinedPlugin } from '../contract/define-plugin.ts';
import type { StandardIssue, StandardResult, StandardSchema } from '../contract/standard-schema.ts';
import { firstLine } from '../error/first-line.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { nearest } from '../error/nearest.ts';
import { whereIs } from './import-plugin.ts';
import { optionSchema } from './option-schema.ts';
import { isRecord } from './packages.ts';
import type { Plugin } from './plugin-set.ts';

/**
 * A plugin's options as its schema gives them. `entry` is its part of the config; `undefined` is an empty one. A value
 * that was one whole `${VAR}` is text: where the schema refuses that, the number or boolean that it stands for is tried.
 * Keys that the schema does not name are refused, also by a schema that would let them pass; a plugin without a schema
 * has no options. `file` is for messages. Throws CONFIG_KEY_UNKNOWN, CONFIG_VALUE_INVALID, PLUGIN_LOAD_FAILED.
 */
export async function checkOptions(
  plugin: Plugin,
  running: Pick<DefinedPlugin, 'config'>,
  entry: Pick<PluginEntry, 'options' | 'fromVariables'> | undefined,
  file = 'config.json',
): Promise<unknown> {
  const options = entry?.options ?? {};
  const path = ['plugins', plugin.name];
  const { config: schema } = running;
  if (schema === undefined) {
    assertKnown(options, { properties: {} }, path, file);
    return {};
  }
  const known = Object.keys(options).length === 0 ? null : optionSchema(schema);
  if (known !== null) assertKnown(options, known, path, file);
  const result = await validated(plugin, schema, options, entry?.fromVariables ?? []);
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  const at = keysOf(issue);
  throw kernelError('CONFIG_VALUE_INVALID', {
    file,
    pointer: pointerOf([...path, ...at]),
    expected: `what "${plugin.name}" takes (${withoutValues(issue?.message ?? 'no reason given', options)})`,
    found: kindOf(valueAt(options, at)),
  });
}

async function validated(
  plugin: Plugin,
  schema: StandardSchema,
  options: Json,
  fromVariables: readonly string[],
): Promise<StandardResult<unknown>> {
  try {
    const first = await schema['~standard'].validate(options);
    const texts = (first.issues ?? [])
      .map((issue) => pointerOf(keysOf(issue)))
      .filter((one) => fromVariables.includes(one));
    return texts.length === 0 ? first : await schema['~standard'].validate(converted(options, [], texts));
  } catch (cause) {
    const details = { ...whereIs(plugin), phase: 'options' as const, file: plugin.entry, reason: 'its schema throws' };
    throw kernelError('PLUGIN_LOAD_FAILED', {
      ...details,
      reason: `${details.reason}: ${withoutValues(firstLine(cause), options)}`,
    });
  }
}

/** `json` with the texts at `pointers` read as what they look like. */
function converted(json: Json, path: readonly string[], pointers: readonly string[]): Json {
  if (Array.isArray(json)) return json.map((item: Json, i) => converted(item, [...path, String(i)], pointers));
  if (typeof json !== 'object' || json === null) return pointers.includes(pointerOf(path)) ? fromText(json) : json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, converted(value, [...path, key], pointers)]),
  );
}

function keysOf(issue: StandardIssue | undefined): readonly PropertyKey[] {
  return (issue?.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
}

function valueAt(json: Json, path: readonly PropertyKey[]): Json | undefined {
  return path.reduce<Json | undefined>((here, key) => {
    // What stands in a config is JSON all the way down.
    return typeof here === 'object' && here !== null && Object.hasOwn(here, key)
      ? (Reflect.get(here, key) as Json)
      : undefined;
  }, json);
}

/** Many libraries drop keys that a schema does not name: an option that is misspelt would silently not count. */
function assertKnown(
  options: Json,
  schema: Readonly<Record<string, unknown>>,
  path: readonly string[],
  file: string,
): void {
  const { properties, additionalProperties = false, patternProperties } = schema;
  if (!isRecord(options) || !isRecord(properties)) return;
  const known = Object.keys(properties);
  for (const [key, value] of Object.entries(options)) {
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const here = [...path, key];
    if (isRecord(own)) assertKnown(value, own, here, file);
    if (own !== undefined || additionalProperties !== false || patternProperties !== undefined) continue;
    throw kernelError('CONFIG_KEY_UNKNOWN', {
      file,
      pointer: pointerOf(here),
      key,
      nearest: nearest(key, known),
      known,
    });
  }
}

/** A message without what the options hold, since any of it may be a secret. What is shorter is none. */
function withoutValues(message: string, options: Json): string {
  return textsIn(options)
    .filter((text) => text.length >= 4)
    .toSorted((a, b) => b.length - a.length)
    .reduce((told, text) => told.replaceAll(text, '***'), message);
}

function textsIn(json: Json): string[] {
  if (typeof json === 'string') return [json];
  if (typeof json === 'number') return [String(json)];
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(textsIn) : [];
}
