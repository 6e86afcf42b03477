import type { Json, PluginEntry } from '../config/config.ts';

/** One option of a plugin. */
export interface ShownOption {
  readonly name: string;
  /** Its value, in which secrets are `***`; `null` if it is not set and has no default. */
  readonly value: Json;
  /** Where the value comes from: the config, the program that called `open`, or the schema. */
  readonly source: 'config' | 'program' | 'default' | 'not set';
  /** The config file with the value; `null` for other sources. */
  readonly file: string | null;
  /** The environment variables in the value. */
  readonly variables: readonly string[];
  /** Its JSON Schema; `null` if it is unknown. */
  readonly schema: { readonly [keyword: string]: unknown } | null;
}

const hidden = '***';
const secretName =
  /secret|token|passw|passphrase|credential|private|salt|signature|(?:^|[a-z_-])(?:key|auth|cert)s?$|dsn/i;
const urlPassword = /(:\/\/[^\s:@/]*:)[^\s@]*@/g;

/**
 * Lists the options of a plugin, those with defaults included. Whatever may be a secret is hidden: a value whose name
 * or schema says so, every text from an environment variable, and passwords in addresses.
 */
export function shownOptions(
  entry: PluginEntry | undefined,
  schema: { readonly [keyword: string]: unknown } | null,
): readonly ShownOption[] {
  const given = entry?.options ?? {};
  const properties = recordOf(schema?.['properties']);
  const names = new Set([...Object.keys(properties), ...Object.keys(given)]);
  return Array.from(names, (name): ShownOption => {
    const own = Object.hasOwn(properties, name) ? recordOf(properties[name]) : null;
    const { file = null, variables = [] } = entry?.sources?.[name] ?? {};
    const isGiven = Object.hasOwn(given, name);
    // A default in a JSON Schema is JSON.
    const value = (isGiven ? given[name] : own?.['default']) as Json | undefined;
    const source = isGiven ? (file === null ? 'program' : 'config') : value === undefined ? 'not set' : 'default';
    const isSecret = secretName.test(name) || own?.['writeOnly'] === true || own?.['format'] === 'password';
    return {
      name,
      value: masked(value ?? null, isGiven && (isSecret || (variables.length > 0 && !isPlain(own)))),
      source,
      file: isGiven ? file : null,
      variables,
      schema: own,
    };
  });
}

/** Whether a schema accepts nothing but numbers, truth values and listed texts. */
function isPlain(schema: Readonly<Record<string, unknown>> | null): boolean {
  const type = schema?.['type'];
  return type === 'number' || type === 'integer' || type === 'boolean' || schema?.['enum'] !== undefined;
}

/** Hides the secrets in a value: everything in it, or what its names say. */
function masked(json: Json, isSecret: boolean): Json {
  if (json === null) return null;
  if (Array.isArray(json)) return json.map((item: Json) => masked(item, isSecret));
  if (typeof json === 'object') {
    return Object.fromEntries(
      Object.entries(json).map(([key, value]) => [key, masked(value, isSecret || secretName.test(key))]),
    );
  }
  if (isSecret) return hidden;
  return typeof json === 'string' ? json.replaceAll(urlPassword, `$1${hidden}@`) : json;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  // Every object has string keys.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
