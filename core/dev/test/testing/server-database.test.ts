import { describe, expect, it } from 'vitest';
import { onServer, serverUrl, testDatabase } from '../../../../test/helper/database.ts';
import { workspaceKernel } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type PluginSketch } from '../../../../test/helper/project.ts';
import { openSession } from '../../../kernel/src/db/session.ts';
import { startTestKernel, type TestKernel } from '../../src/testing.ts';
import { execute } from './notes.ts';

const database = testDatabase('postgres');

/** Returns the names of databases, in order of creation. */
async function databases(beginning: string): Promise<readonly string[]> {
  const text = `select datname from pg_database where starts_with(datname, '${beginning}') order by oid`;
  return (await onServer('postgres', text)).map(({ datname }) => String(datname));
}

/** Makes a plugin that no other test uses. Returns a function that starts it. */
async function makeOwn(sketch: PluginSketch): Promise<() => Promise<TestKernel>> {
  const { cwd } = await makeProject({ plugins: { own: sketch }, kernel: workspaceKernel });
  return () => startTestKernel({ plugins: ['own'], cwd, database });
}

/** Returns a plugin with a revision that records when it ran, in a table that no other test uses. */
const timed = (table: string): PluginSketch => ({
  revisions: { '0001_create': `create table ${table} as select clock_timestamp()::text as at;` },
});

describe('the database of a test on a server', () => {
  it('is dropped when the application stops, even if stop is called twice', async () => {
    const app = await (await makeOwn(timed('goes')))();
    const [{ name } = {}] = await execute(app, 'select current_database() as name');
    expect(await databases(String(name))).toHaveLength(1);
    await Promise.all([app.stop(), app.stop()]);
    expect(await databases(String(name))).toEqual([]);
  });

  it('is dropped if the application fails to start', async () => {
    const start = await makeOwn({
      fields: `async start({ get }) {
        const { Database } = await import('@headwater/kernel/plugin');
        const [{ name }] = await get(Database).em.execute('select current_database() as name');
        throw new Error(name);
      }`,
    });
    const refusal: unknown = await start().catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'PLUGIN_PHASE_FAILED',
      details: { reason: expect.stringMatching(/^headwater_test_\w+$/) as unknown },
    });
    const { reason } = (refusal as { readonly details: { readonly reason: string } }).details;
    expect(await databases(reason)).toEqual([]);
  });

  it('is upgraded once and then copied, even if several tests begin at the same time', async () => {
    const start = await makeOwn(timed('upgraded_once'));
    const apps = await Promise.all([start(), start(), start(), start()]);
    await using later = await start();
    const times = await Promise.all([...apps, later].map((app) => execute(app, 'select at from upgraded_once')));
    for (const app of apps) await app.stop();
    expect(new Set(times.map((rows) => JSON.stringify(rows))).size).toBe(1);
  });

  it('is upgraded again if a revision changes, including its code', async () => {
    const coded = (text: string) =>
      makeOwn({
        revisions: {
          '0001_create': 'create table changed (text text);',
          '0002_fill': {
            up: 'x',
            fields: `up: ({ query, sql }) => query(sql\`insert into changed values ('${text}')\`), version: 1`,
          },
        },
      });
    await using first = await (await coded('one'))();
    await using second = await (await coded('two'))();
    expect(await execute(first, 'select text from changed')).toEqual([{ text: 'one' }]);
    expect(await execute(second, 'select text from changed')).toEqual([{ text: 'two' }]);
  });

  it('leaves no unfinished template behind if an upgrade fails', async () => {
    const start = await makeOwn({ revisions: { '0001_fail': 'create table half (id int); select 1 / 0;' } });
    await expect(start()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    // Other tests may be building templates, which are renamed when they are done.
    const unfinished = async () =>
      (await databases('headwater_template_')).filter((name) => name.endsWith('_unfinished'));
    await expect.poll(unfinished, { timeout: 20_000 }).toEqual([]);
  });

  it('is dropped by a later test an hour after its process died, unless it has a connection', async () => {
    const seconds = (ago: number): string => Math.floor(Date.now() / 1000 - ago).toString(36);
    const names = [seconds(7200), seconds(7201), seconds(60)].map((made) => `headwater_test_${made}_dead`);
    const [dead = '', connected = '', young = ''] = names;
    // The connected database is created last, because any test may drop it as long as it has no connection.
    for (const name of [dead, young, connected]) await onServer('postgres', `create database ${name}`);
    const connection = await openSession({
      kind: 'postgres',
      url: serverUrl(connected),
      directUrl: null,
      shown: connected,
    });
    await using app = await (await makeOwn({}))();
    expect(app.report.dormant).toEqual([]);
    const left = await databases('headwater_test_');
    await connection.close();
    for (const name of names) await onServer('postgres', `drop database if exists ${name}`);
    expect(left).not.toContain(dead);
    expect(left).toEqual(expect.arrayContaining([connected, young]));
  });

  it('keeps the twenty latest templates and drops older ones', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `headwater_template_of_nobody_${i}`);
    for (const name of names) await onServer('postgres', `create database ${name}`);
    await using app = await (await makeOwn(timed('latest')))();
    expect(await execute(app, 'select from latest')).toHaveLength(1);
    const left = await databases('headwater_template_');
    for (const name of names) await onServer('postgres', `drop database if exists ${name}`);
    expect(left).not.toContain(names[0]);
    expect(left).toContain(names[19]);
  });
});
