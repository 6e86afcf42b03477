import { defaultStartTimeout, defaultUpgrade, mostSeconds } from './kernel-keys.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** An installed plugin, as far as completion in an editor needs it. */
export interface InstalledPlugin {
  readonly name: string;
  /** Its npm name, or a `./path`. */
  readonly package: string;
  readonly description: string | null;
  /** What its options may be; `null` where that is not known, and then anything goes. */
  readonly options: JsonSchema | null;
}

const variable = { $ref: '#/definitions/variable' };
const seconds = (least: object, description: string, standard: number): JsonSchema => ({
  description: `${description} In seconds; default ${standard}.`,
  default: standard,
  anyOf: [{ type: 'number', ...least, maximum: mostSeconds }, variable],
});

/**
 * The JSON Schema of a config file where `plugins` are installed: draft 7, which is what editors know best. The same
 * plugins give the same bytes, in whatever order they come.
 */
export function configSchema(plugins: readonly InstalledPlugin[]): JsonSchema {
  const byName = plugins.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Headwater configuration',
    type: 'object',
    required: ['database'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      database: databaseSchema,
      core: {
        description: 'The package of plugin zero, whose tables other plugins may build on. Default: there is none.',
        type: 'string',
        examples: ['@headwater/plugin-core'],
      },
      plugins: {
        description: 'The plugins that are activated. Their order means nothing.',
        type: 'object',
        properties: Object.fromEntries(byName.map((plugin) => [plugin.name, pluginSchema(plugin)])),
        // Any other name is a plugin that was not installed when this was written.
        propertyNames: { pattern: '^[a-z][a-z0-9-]{0,38}$' },
        additionalProperties: { type: 'object', properties: kernelKeys(null) },
      },
      upgrade: {
        description: 'How an upgrade waits.',
        type: 'object',
        additionalProperties: false,
        properties: {
          lockWait: seconds(
            { minimum: 0 },
            'How long to wait for another process that is migrating.',
            defaultUpgrade.lockWait,
          ),
          lockTimeout: seconds(
            { minimum: 0 },
            'The longest that live queries queue behind a statement that waits for its table.',
            defaultUpgrade.lockTimeout,
          ),
          retryFor: seconds(
            { minimum: 0 },
            'How long a revision that did not get its tables is tried again.',
            defaultUpgrade.retryFor,
          ),
          statementTimeout: seconds(
            { minimum: 0 },
            'The longest that one statement may run; 0 is for ever.',
            defaultUpgrade.statementTimeout,
          ),
        },
      },
    },
    definitions: {
      variable: {
        description: 'An environment variable, with a default where it may be unset.',
        type: 'string',
        pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^{}]*)?\\}$',
      },
    },
  };
}

const url = {
  description:
    'postgres://user:password@host:5432/name for a server; pglite:// and a path relative to this file for an embedded ' +
    'database; pglite:// alone for one in memory.',
  type: 'string',
};

const databaseSchema = {
  description: url.description,
  anyOf: [
    url,
    {
      type: 'object',
      required: ['url'],
      additionalProperties: false,
      properties: {
        url,
        directUrl: {
          description: 'A way round a connection pooler, for what a pooler cannot do.',
          type: 'string',
        },
      },
    },
  ],
};

function kernelKeys(plugin: InstalledPlugin | null): JsonSchema {
  return {
    $enabled: {
      description: 'false switches the plugin off and keeps its options here. Default true.',
      default: true,
      anyOf: [{ type: 'boolean' }, variable],
    },
    $package: {
      description: 'Its npm name or a ./path, where that is not one of the usual names.',
      type: 'string',
      ...(plugin !== null && { default: plugin.package }),
    },
    $startTimeout: seconds(
      { exclusiveMinimum: 0 },
      'After how long a start that has not ended counts as failed.',
      defaultStartTimeout,
    ),
  };
}

function pluginSchema(plugin: InstalledPlugin): JsonSchema {
  const described = plugin.description === null ? {} : { description: plugin.description };
  const own = plugin.options;
  if (own === null) return { ...described, type: 'object', properties: kernelKeys(plugin) };
  const { $schema: _, ...options } = moved(own, `#/properties/plugins/properties/${plugin.name}`);
  const properties = isSchema(options['properties']) ? options['properties'] : {};
  return {
    ...described,
    // An object that does not say otherwise has no other keys, as when the kernel checks it.
    additionalProperties: false,
    ...options,
    type: 'object',
    properties: { ...kernelKeys(plugin), ...mapped(properties, orVariable) },
  };
}

/** `value` with its references, which count from the root, counted from `place` instead. */
function moved(schema: JsonSchema, place: string): JsonSchema {
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === '$ref' && typeof value === 'string' && value.startsWith('#')) return [key, `${place}${value.slice(1)}`];
    if (Array.isArray(value)) return [key, value.map((item: unknown) => (isSchema(item) ? moved(item, place) : item))];
    return [key, isSchema(value) ? moved(value, place) : value];
  });
  return Object.fromEntries(entries);
}

/** Lets `${VAR}` stand for any single value: what it holds is checked when the plugin is started. */
function orVariable(schema: unknown): unknown {
  if (!isSchema(schema)) return schema;
  if (schema['type'] === 'object' && isSchema(schema['properties'])) {
    return { ...schema, properties: mapped(schema['properties'], orVariable) };
  }
  if (schema['type'] === 'object' || schema['type'] === 'array') return schema;
  const { description, default: standard, ...rest } = schema;
  return {
    ...(description !== undefined && { description }),
    ...(standard !== undefined && { default: standard }),
    anyOf: [rest, variable],
  };
}

function mapped(properties: JsonSchema, map: (schema: unknown) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, map(value)]));
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
