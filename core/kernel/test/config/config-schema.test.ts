import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema, type InstalledPlugin } from '../../src/config/config-schema.ts';
import { settings } from '../../src/config/settings.ts';
import { optionSchema } from '../../src/plugin/plugin-options.ts';

const options = z.object({
  perMinute: z.number().int().positive().default(30).describe('Likes a minute.'),
  mode: z.enum(['open', 'closed']).optional(),
  mail: z.object({ port: z.number() }).optional(),
});

const likes: InstalledPlugin = {
  name: 'likes',
  package: '@headwater/plugin-likes',
  description: 'Likes.',
  options: optionSchema(options),
};
const shop: InstalledPlugin = { name: 'shop', package: './shop', description: null, options: null };

/** The parts of a schema that the tests check. */
interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly object[];
  readonly $ref?: string;
  readonly default?: unknown;
  readonly description?: string;
}

// A JSON Schema is data of any shape.
const schemaOf = (...plugins: readonly InstalledPlugin[]): Schema => configSchema(plugins) as unknown as Schema;
const pluginIn = (schema: Schema, name: string): Schema | undefined => schema.properties['plugins']?.properties[name];

describe('the schema of a config', () => {
  it('is byte-for-byte identical for the same plugins in any order', () => {
    expect(JSON.stringify(configSchema([shop, likes]))).toBe(JSON.stringify(configSchema([likes, shop])));
  });

  it('describes every kernel key with its default, and rejects other keys', () => {
    const schema = schemaOf();
    expect(Object.keys(schema.properties)).toEqual(['$schema', 'database', 'core', 'plugins', 'pool', 'upgrade']);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties['core']).toMatchObject({ type: 'string', examples: ['@headwater/plugin-core'] });
    const { upgrade } = schema.properties;
    expect(upgrade?.additionalProperties).toBe(false);
    for (const [key, standard] of Object.entries({
      lockWait: 300,
      lockTimeout: 3,
      retryFor: 60,
      statementTimeout: 0,
      codeTimeout: 3600,
      responseTimeout: 60,
    })) {
      expect(upgrade?.properties[key]?.default).toBe(standard);
      expect(upgrade?.properties[key]?.description).toContain('seconds');
    }
  });

  it('contains every setting of the table, with its description', () => {
    const schema = schemaOf();
    for (const [pointer, { description }] of Object.entries(settings)) {
      const keys = pointer.slice(1).split('/');
      // `database` may also be an object of URLs, and `*` stands for any plugin name.
      const place = keys.reduce<unknown>((inside, key) => {
        const [, urls] = (inside as Schema).anyOf ?? [];
        if (key === '*') return (inside as Schema).additionalProperties;
        return ((urls ?? inside) as Schema).properties[key];
      }, schema);
      expect(place, pointer).toMatchObject({ description: expect.stringContaining(description) as string });
    }
  });

  it('has a property for each plugin, with its own options and those of the kernel', () => {
    const found = pluginIn(schemaOf(likes, shop), 'likes');
    expect(found).toMatchObject({ description: 'Likes.', additionalProperties: false });
    expect(Object.keys(found?.properties ?? {})).toEqual([
      '$enabled',
      '$package',
      '$startTimeout',
      'perMinute',
      'mode',
      'mail',
    ]);
    expect(found?.properties['perMinute']).toMatchObject({ description: 'Likes a minute.', default: 30 });
    expect(found?.properties['$package']?.default).toBe('@headwater/plugin-likes');
  });

  it('allows a variable in place of any single value', () => {
    const found = pluginIn(schemaOf(likes), 'likes');
    const reference = { $ref: '#/definitions/variable' };
    expect(found?.properties['perMinute']?.anyOf).toContainEqual(reference);
    expect(found?.properties['mode']?.anyOf).toContainEqual(reference);
    expect(found?.properties['mail']?.properties['port']?.anyOf).toContainEqual(reference);
    expect(found?.properties['$enabled']?.anyOf).toContainEqual(reference);
  });

  it('allows any options for a plugin without an option schema', () => {
    expect(pluginIn(schemaOf(shop), 'shop')?.additionalProperties).toBeUndefined();
  });

  it('adjusts the references in the option schema of a plugin', () => {
    const tree = {
      type: 'object',
      properties: { next: { $ref: '#' }, leaf: { $ref: '#/definitions/leaf' } },
      definitions: { leaf: { type: 'object', properties: {} } },
    };
    const found = pluginIn(schemaOf({ ...shop, options: tree }), 'shop');
    expect(JSON.stringify(found)).toContain('"#/properties/plugins/properties/shop"');
    expect(JSON.stringify(found)).toContain('"#/properties/plugins/properties/shop/definitions/leaf"');
  });
});
