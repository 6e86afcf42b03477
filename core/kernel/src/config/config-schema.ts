import { settings, settingsUnder, topKeys, type Setting } from './settings.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The facts about an installed plugin that the schema of a config needs. */
export interface InstalledPlugin {
  readonly name: string;
  /** Its npm name, or a `./path`. */
  readonly package: string;
  readonly description: string | null;
  /** The JSON Schema of its options. `null`: unknown, so any options are accepted. */
  readonly options: JsonSchema | null;
}

/**
 * Returns the JSON Schema of a config file for a project with `plugins` installed. It is draft 7, which editors support
 * best. The result is byte-for-byte identical for any order of the plugins.
 */
export function configSchema(plugins: readonly InstalledPlugin[]): JsonSchema {
  const byName = plugins.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const sections: Readonly<Record<string, JsonSchema>> = {
    ...sectionSchema(''),
    database: databaseSchema(),
    plugins: {
      description: 'The active plugins. Their order has no meaning.',
      type: 'object',
      properties: Object.fromEntries(byName.map((plugin) => [plugin.name, pluginSchema(plugin)])),
      // Any other name is a plugin that was not installed when the schema was written.
      propertyNames: { pattern: '^[a-z][a-z0-9-]{0,38}$' },
      additionalProperties: { type: 'object', properties: sectionSchema('/plugins/*') },
    },
    pool: {
      description: 'The pool of connections that the services of plugins share.',
      type: 'object',
      additionalProperties: false,
      properties: sectionSchema('/pool'),
    },
    upgrade: {
      description: 'When an upgrade runs, and its time limits.',
      type: 'object',
      additionalProperties: false,
      properties: sectionSchema('/upgrade'),
    },
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Headwater configuration',
    type: 'object',
    required: ['database'],
    additionalProperties: false,
    properties: Object.fromEntries(topKeys.map((key) => [key, sections[key]])),
    definitions: {
      variable: {
        description: 'An environment variable, with a default for when it is not set.',
        type: 'string',
        pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^{}]*)?\\}$',
      },
    },
  };
}

const variable = { $ref: '#/definitions/variable' };

/** Returns the schemas of the settings under a pointer, by key. */
function sectionSchema(prefix: string): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(Array.from(settingsUnder(prefix), ([key, setting]) => [key, settingSchema(setting)]));
}

/** Returns the schema of a setting. Only values other than strings need an alternative that allows `${VAR}`. */
function settingSchema({ type, description, default: usual, schema }: Setting): JsonSchema {
  if (type === 'text') return { description, ...schema };
  const value = JSON.stringify(usual);
  const sentence = type === 'seconds' ? `In seconds; default ${value}.` : `Default ${value}.`;
  return { description: `${description} ${sentence}`, default: usual, anyOf: [schema, variable] };
}

/** Returns the schema of `database`, which is either a URL or an object of URLs and schemas. */
function databaseSchema(): JsonSchema {
  const { description } = settings['/database/url'];
  const details = {
    type: 'object',
    required: ['url'],
    additionalProperties: false,
    properties: sectionSchema('/database'),
  };
  return { description, anyOf: [settingSchema(settings['/database/url']), details] };
}

/** Returns the schemas of the kernel's keys in a plugin's entry. `$package` defaults to the installed package. */
function kernelSettings(plugin: InstalledPlugin): JsonSchema {
  const schemas = sectionSchema('/plugins/*');
  return { ...schemas, $package: { ...schemas['$package'], default: plugin.package } };
}

function pluginSchema(plugin: InstalledPlugin): JsonSchema {
  const described = plugin.description === null ? {} : { description: plugin.description };
  const own = plugin.options;
  if (own === null) return { ...described, type: 'object', properties: kernelSettings(plugin) };
  const { $schema: _, ...options } = moved(own, `#/properties/plugins/properties/${plugin.name}`);
  const properties = isSchema(options['properties']) ? options['properties'] : {};
  return {
    ...described,
    // Like the kernel, the schema rejects other keys unless the plugin's own schema allows them.
    additionalProperties: false,
    ...options,
    type: 'object',
    properties: { ...kernelSettings(plugin), ...mapped(properties, orVariable) },
  };
}

/** Rewrites the references in a schema so that they stay valid when the schema is embedded at the pointer `place`. */
function moved(schema: JsonSchema, place: string): JsonSchema {
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === '$ref' && typeof value === 'string' && value.startsWith('#')) return [key, `${place}${value.slice(1)}`];
    if (Array.isArray(value)) return [key, value.map((item: unknown) => (isSchema(item) ? moved(item, place) : item))];
    return [key, isSchema(value) ? moved(value, place) : value];
  });
  return Object.fromEntries(entries);
}

/** Allows `${VAR}` in place of any single value. The value of the variable is checked when the plugin is loaded. */
function orVariable(schema: unknown): unknown {
  if (!isSchema(schema)) return schema;
  if (schema['type'] === 'object' && isSchema(schema['properties'])) {
    return { ...schema, properties: mapped(schema['properties'], orVariable) };
  }
  if (schema['type'] === 'object' || schema['type'] === 'array') return schema;
  const { description, default: usual, ...rest } = schema;
  return {
    ...(description !== undefined && { description }),
    ...(usual !== undefined && { default: usual }),
    anyOf: [rest, variable],
  };
}

function mapped(properties: JsonSchema, map: (schema: unknown) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, map(value)]));
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
