import type { Json, PluginEntry } from '../config/config.ts';
import type { JsonSchema } from '../config/config-schema.ts';
import { fromText } from '../config/variables.ts';
import { pointerOf } from '../config/json-pointer.ts';
import { valueKind } from '../config/invalid-value.ts';
import type { DefinedPlugin } from '../contract/define-plugin.ts';
import type { StandardIssue, StandardResult, StandardSchema } from '../contract/standard-schema.ts';
import { shortMessage } from '../error/short-message.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import { codeOf, detailsOf } from './plugin-module.ts';
import { isRecord } from './packages.ts';
import type { Plugin } from './plugin-set.ts';

/**
 * Validates a plugin's options and returns the output of its schema. `entry` is its part of the config; `undefined`
 * means an empty one. A value that was written as a single `${VAR}` is passed as text. If the schema rejects text
 * there, the number or boolean that the text denotes is tried instead. Unknown keys are rejected, even if the schema
 * would ignore them. A plugin without a schema has no options. `file` is for messages. Throws CONFIG_KEY_UNKNOWN,
 * CONFIG_VALUE_INVALID, PLUGIN_LOAD_FAILED.
 */
export async function checkOptions(
  plugin: Plugin,
  definition: Pick<DefinedPlugin, 'config'>,
  entry: Pick<PluginEntry, 'options' | 'fromVariables'> | undefined,
  file = 'config.json',
): Promise<unknown> {
  const options = entry?.options ?? {};
  const path = ['plugins', plugin.name];
  const { config: schema } = definition;
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
    expected: `an option that "${plugin.name}" accepts (${withoutValues(issue?.message ?? 'no reason given', options)})`,
    found: valueKind(valueAt(options, at)),
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
    const details = {
      ...detailsOf(plugin),
      phase: 'options' as const,
      file: codeOf(plugin),
      reason: 'its schema throws',
    };
    throw kernelError('PLUGIN_LOAD_FAILED', {
      ...details,
      reason: `${details.reason}: ${withoutValues(shortMessage(cause), options)}`,
    });
  }
}

/** Returns `json` with the texts at `pointers` converted to the values that they denote. */
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
    // A config is JSON at every level.
    return typeof here === 'object' && here !== null && Object.hasOwn(here, key)
      ? (Reflect.get(here, key) as Json)
      : undefined;
  }, json);
}

/** Many libraries drop unknown keys, so a misspelled option would silently be ignored. */
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
      nearest: nearestName(key, known),
      known,
    });
  }
}

/**
 * Removes the values of the options from a message, because any of them may be a secret. Values with fewer than four
 * characters are kept.
 */
function withoutValues(message: string, options: Json): string {
  return textsIn(options)
    .filter((text) => text.length >= 4)
    .toSorted((a, b) => b.length - a.length)
    .reduce((masked, text) => masked.replaceAll(text, '***'), message);
}

function textsIn(json: Json): string[] {
  if (typeof json === 'string') return [json];
  if (typeof json === 'number') return [String(json)];
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(textsIn) : [];
}

/** Returns the JSON Schema of a plugin's options; `null` if the library of its schema cannot produce one. */
export function optionSchema(schema: StandardSchema): JsonSchema | null {
  try {
    const found: unknown = schema['~standard'].jsonSchema?.input({ target: 'draft-07' });
    return isRecord(found) ? found : null;
  } catch {
    // Libraries throw for types that JSON Schema cannot express.
    return null;
  }
}
