import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Json } from '../../src/config/config.ts';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import type { StandardSchema } from '../../src/contract/standard-schema.ts';
import { checkOptions } from '../../src/plugin/plugin-options.ts';
import type { Plugin } from '../../src/plugin/plugin-set.ts';
import { refusalIn, type Refusal } from '../config/refusal.ts';

const plugin: Plugin = {
  name: 'likes',
  package: '@acme/likes',
  version: '1.2.3',
  directory: '/p/likes',
  from: 'built',
  entry: 'file:///p/likes/dist/index.js',
  requires: [],
  depth: 1,
  revisions: [],
  openTables: [],
};

const schema = z.object({
  perMinute: z.number().int().positive().default(30),
  open: z.boolean().optional(),
  name: z.string().optional(),
  mail: z.object({ port: z.number(), hosts: z.array(z.object({ weight: z.number() })).optional() }).optional(),
  extra: z.record(z.string(), z.string()).optional(),
});

type Options = { readonly [key: string]: Json };

function check(
  options: Options,
  fromVariables: readonly string[] = [],
  config: StandardSchema | null = schema,
): Promise<unknown> {
  const running = definePlugin<unknown>({ name: 'likes', ...(config !== null && { config }) });
  return checkOptions(plugin, running, { options, fromVariables }, '/p/config.json');
}

const refuse = (...args: Parameters<typeof check>): Promise<Refusal> => refusalIn(() => check(...args));

/** A schema that cannot produce a JSON Schema. */
function silent(validate: StandardSchema['~standard']['validate']): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

describe('a plugin’s options', () => {
  it('are the output of its schema', async () => {
    expect(await check({})).toEqual({ perMinute: 30 });
    expect(await check({ perMinute: 5, mail: { port: 25 } })).toEqual({ perMinute: 5, mail: { port: 25 } });
    const running = definePlugin({ name: 'likes', config: schema });
    expect(await checkOptions(plugin, running, undefined)).toEqual({ perMinute: 30 });
  });

  it('are empty if it has no schema', async () => {
    expect(await check({}, [], null)).toEqual({});
    const { code, exit, text } = await refuse({ perMinute: 5 }, [], null);
    expect([code, exit]).toEqual(['CONFIG_KEY_UNKNOWN', 10]);
    for (const part of ['/p/config.json', '/plugins/likes/perMinute', 'no keys here']) expect(text).toContain(part);
  });

  it.each<[options: Options, pointer: string, nearest: string | null]>([
    [{ perMinut: 5 }, '/plugins/likes/perMinut', 'perMinute'],
    [{ zzz: 5 }, '/plugins/likes/zzz', null],
    [{ mail: { port: 1, prot: 2 } }, '/plugins/likes/mail/prot', 'port'],
  ])('are rejected if they have a key that the schema would silently drop: %j', async (options, pointer, nearest) => {
    const { code, exit, text } = await refuse(options);
    expect([code, exit]).toEqual(['CONFIG_KEY_UNKNOWN', 10]);
    expect(text).toContain(pointer);
    expect(text.includes('did you mean')).toBe(nearest !== null);
    expect(text).toContain(nearest ?? 'perMinute, open, name, mail and extra');
  });

  it('may have any key if the schema allows it', async () => {
    expect(await check({ extra: { any: 'thing' } })).toMatchObject({ extra: { any: 'thing' } });
    expect(await check({ any: 'thing' }, [], z.looseObject({}))).toEqual({ any: 'thing' });
  });

  it.each<[options: Options, pointer: string, found: string]>([
    [{ perMinute: -1 }, '/plugins/likes/perMinute', 'a negative number'],
    [{ perMinute: 'many' }, '/plugins/likes/perMinute', 'a string'],
    [{ mail: {} }, '/plugins/likes/mail/port', 'nothing'],
    [{ mail: { port: 1, hosts: [{ weight: 1 }, { weight: null }] } }, '/plugins/likes/mail/hosts/1/weight', 'null'],
  ])('are rejected with their pointer, but without their values: %j', async (options, pointer, found) => {
    const { code, exit, text } = await refuse(options);
    expect([code, exit]).toEqual(['CONFIG_VALUE_INVALID', 10]);
    for (const part of ['/p/config.json', pointer, `found ${found}`]) expect(text).toContain(part);
    expect(text).not.toContain('many');
  });

  it('become numbers or booleans if a variable was the entire value and the schema requires one', async () => {
    const options = { perMinute: '5', open: 'true', name: '7', mail: { port: '25' } };
    const all = ['/perMinute', '/open', '/name', '/mail/port'];
    expect(await check(options, all)).toEqual({ perMinute: 5, open: true, name: '7', mail: { port: 25 } });
    expect(await refuse(options, all.slice(1))).toMatchObject({ code: 'CONFIG_VALUE_INVALID' });
    expect((await refuse({ perMinute: 'five' }, ['/perMinute'])).text).toContain('found a string');
  });

  it('are checked by a schema from any library, synchronous or not', async () => {
    const late = silent(async (value) => ({ value: await Promise.resolve([value]) }));
    expect(await check({ a: 1 }, [], late)).toEqual([{ a: 1 }]);
    const strict = silent(() => ({ issues: [{ message: 'no', path: ['a', { key: 'b/c' }, 0] }] }));
    expect((await refuse({ a: 1 }, [], strict)).text).toContain('/plugins/likes/a/b~1c/0');
    const nowhere = silent(() => ({ issues: [{ message: 'not today' }] }));
    expect((await refuse({}, [], nowhere)).text).toContain('not today');
  });

  it('are never quoted, even if the message of a schema quotes them', async () => {
    const canary = 'canary-7f3a';
    const telling = silent((value) => ({ issues: [{ message: `bad: ${JSON.stringify(value)}` }] }));
    const options = { list: [{ key: canary, pin: 123_456 }] };
    expect((await refuse(options, [], telling)).text).not.toMatch(/canary|123456/);
    const throwing = silent((value) => {
      throw new Error(JSON.stringify(value));
    });
    const { code, exit, text } = await refuse(options, [], throwing);
    expect([code, exit]).toEqual(['PLUGIN_LOAD_FAILED', 12]);
    expect(text).toContain('phase "options"');
    expect(text).not.toMatch(/canary|123456/);
  });

  it('are accepted if the schema cannot produce a JSON Schema', async () => {
    const transformed = z.object({ at: z.date().or(z.string()) });
    expect(await check({ at: 'now' }, [], transformed)).toEqual({ at: 'now' });
  });
});
