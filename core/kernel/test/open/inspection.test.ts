import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import type { StandardSchema } from '../../src/contract/standard-schema.ts';
import { token } from '../../src/contract/token.ts';
import { Inspection } from '../../src/open/inspection.ts';
import { open } from '../../src/open/open.ts';
import { emptyUrl, openClient, openOn, revision, shop } from './support.ts';

describe.each(databaseKinds)('the functions that read on %s', (kind) => {
  it('list the runs, newest first, with what each of them applied, reverted and stamped', async () => {
    const kernel = await openOn(kind);
    expect(await kernel.runs()).toEqual([]);
    const first = await kernel.upgrade({ to: 'shop@0001' });
    const second = await kernel.downgrade('shop@base');
    const third = await kernel.stamp('shop@0001', { unchecked: true });
    const runs = await kernel.runs();
    expect(runs.map(({ id, kind: what, outcome }) => [id, what, outcome])).toEqual([
      [third.runId, 'stamp', 'done'],
      [second.runId, 'downgrade', 'done'],
      [first.runId, 'upgrade', 'done'],
    ]);
    expect(runs.map(({ steps }) => steps.map(({ id, change }) => `${change} ${id}`))).toEqual([
      ['stamped shop@0001_order'],
      ['reverted shop@0001_order'],
      ['applied users@0001_person', 'applied shop@0001_order'],
    ]);
    for (const { startedAt, endedAt, steps } of runs) {
      expect(Date.parse(startedAt ?? '')).toBeLessThanOrEqual(Date.parse(endedAt ?? ''));
      for (const { durationMs, change } of steps) expect(durationMs !== null).toBe(change === 'applied');
    }
    expect(await kernel.runs({ limit: 1 })).toEqual(runs.slice(0, 1));
    expect(await kernel.runs({ id: first.runId })).toEqual(runs.slice(2));
    expect(await kernel.activity()).toEqual({ run: runs[0], applied: 2, running: null });
  });

  it('list a failed run with the code of its error', async () => {
    const failing = { ...shop, bad: { revisions: [revision('bad@0001', 'select 1 / 0')] } };
    const kernel = await openOn(kind, { plugins: failing });
    await expect(kernel.upgrade({ to: 'bad' })).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(await kernel.runs()).toMatchObject([{ outcome: 'failed', error: 'MIGRATION_FAILED', steps: [] }]);
  });

  it('list the objects with their owners, those of dormant plugins included', async () => {
    const kernel = await openOn(kind);
    await kernel.upgrade();
    const objects = await kernel.objects();
    expect(objects.filter(({ kind: what }) => what === 'table' || what === 'column')).toMatchObject([
      { kind: 'table', name: 'person', table: null, plugin: 'users', createdBy: 'users@0001_person' },
      { kind: 'column', name: 'id', table: 'person', plugin: 'users' },
      { kind: 'table', name: 'shop_order', plugin: 'shop' },
      { kind: 'column', name: 'person_id', table: 'shop_order', plugin: 'shop' },
      {
        kind: 'column',
        name: 'total',
        table: 'shop_order',
        createdBy: 'shop@0002_total',
        changedBy: 'shop@0002_total',
      },
    ]);
  });
});

const Greeting = token<string>('users.greeting');
const Key = token<string>('shop.key');

/** Accepts everything, and describes itself with a JSON Schema. */
function schemaOf(properties: Readonly<Record<string, object>>): StandardSchema {
  const jsonSchema = { input: () => ({ type: 'object', properties }) };
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }), jsonSchema } };
}

describe.each(databaseKinds)('a started application on %s', (kind) => {
  it('inspects itself through the container, and so does its host', async () => {
    const users = definePlugin({
      name: 'users',
      bind({ bind }) {
        bind(Greeting).toConstantValue('hello');
      },
    });
    const config = schemaOf({
      title: { type: 'string', default: 'Shop' },
      apiKey: { type: 'string' },
      webhook: { type: 'string' },
      limit: { type: 'integer', default: 3 },
    });
    const shopCode = definePlugin({
      name: 'shop',
      config,
      bind({ bind, decorate }) {
        bind(Key).toConstantValue('key');
        decorate(Greeting, (greeting) => `${greeting}!`);
      },
    });
    const options = { apiKey: 'k-123456', webhook: 'https://ada:pa55word@hook.example/' };
    const kernel = await openOn(kind, {
      plugins: {
        users: { ...shop['users'], revisions: revisionsOf('users'), load: () => ({ default: users, Greeting }) },
        shop: { revisions: revisionsOf('shop'), load: () => ({ default: shopCode, Key }), options },
      },
    });
    expect((await kernel.plugins()).map(({ name, running }) => [name, running])).toEqual([
      ['users', null],
      ['shop', null],
    ]);
    const app = await kernel.start();
    const inspection = app.get(Inspection);
    const plugins = await inspection.plugins();
    expect(plugins).toMatchObject([
      { name: 'users', state: 'active', running: { binds: ['users.greeting'], decorates: [] } },
      { name: 'shop', state: 'active', running: { binds: ['shop.key'], decorates: ['users.greeting'] } },
    ]);
    expect(plugins[1]?.running?.start?.milliseconds).toBeGreaterThanOrEqual(0);
    expect(plugins[1]?.options.map(({ name, value, source }) => [name, value, source])).toEqual([
      ['title', 'Shop', 'default'],
      ['apiKey', '***', 'program'],
      ['webhook', 'https://ada:***@hook.example/', 'program'],
      ['limit', 3, 'default'],
    ]);
    expect(await kernel.plugins()).toEqual(plugins);
    expect(await inspection.status()).toEqual(await kernel.status());
    expect(inspection.database).toBe(kernel.database);
    await app.stop();
  });
});

function revisionsOf(plugin: string): readonly ReturnType<typeof revision>[] {
  const sketch = shop[plugin];
  return sketch !== undefined && 'revisions' in sketch ? sketch.revisions : [];
}

it('a plugin that is no longer active is dormant, with the package of its latest revision', async () => {
  const url = await emptyUrl();
  await using before = await open({ config: { database: url }, plugins: shop });
  await before.upgrade();
  await using kernel = await open({
    config: { database: url },
    plugins: { users: { revisions: revisionsOf('users') } },
  });
  expect(await kernel.plugins()).toMatchObject([
    { name: 'users', state: 'active' },
    { name: 'shop', state: 'dormant', version: '0.0.0', running: null },
  ]);
  expect((await kernel.objects()).filter(({ plugin }) => plugin === 'shop').length).toBeGreaterThan(2);
});

it('an upgrade of another process is seen while it runs, with its revision', async () => {
  const url = await emptyUrl();
  const slow = {
    ...shop,
    slow: {
      revisions: [
        revision('slow@0001', 'create table gate (id int)'),
        revision('slow@0002', 'lock table gate in access exclusive mode', { revises: 'slow@0001' }),
      ],
    },
  };
  const kernel = await open({ config: { database: url }, plugins: slow });
  onTestFinished(() => kernel.close());
  await kernel.upgrade({ to: ['slow@0001', 'shop'] });
  // The revision waits for this lock, so it runs until the test lets it end.
  const gate = await openClient(url);
  await gate.query('begin; lock table gate in access share mode');
  const done = kernel.upgrade();
  await using watcher = await open({ config: { database: url }, plugins: shop });
  let seen = await watcher.activity();
  while (seen.running?.waitsFor !== 'Lock: relation') {
    await sleep(20);
    seen = await watcher.activity();
  }
  expect(seen.running).toMatchObject({ revisions: ['slow@0002'], user: 'postgres' });
  expect(seen.running.application).toMatch(/^headwater \d+\.[0-9a-z]+@/);
  expect(seen.applied).toBe(4);
  await gate.query('commit');
  const { runId } = await done;
  expect(await watcher.activity()).toMatchObject({ run: { id: runId, outcome: 'done' }, applied: 5, running: null });
});

it.each([
  ['findings where the developer tools are installed', join(import.meta.dirname, '../../../..'), ['missing-down']],
  ['null where they are not', '/', null],
])('lint reports %s', async (_, root, rules) => {
  const plugins = { bad: { revisions: [revision('bad@0001', 'create table bad_thing (id int)')] } };
  await using kernel = await open({ config: { database: 'pglite://' }, plugins, root });
  const findings = await kernel.lint();
  expect(findings?.map(({ rule }) => rule) ?? null).toEqual(rules);
});
