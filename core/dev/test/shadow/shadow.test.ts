import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { databaseKinds, onServer, serverUrl, testDatabase } from '../../../../test/helper/database.ts';
import { stateDifferences, stateOf } from './database-state.ts';

/** Whether a database exists. Other tests have shadows on the same server, so each test checks its own by name. */
async function exists(name: string): Promise<boolean> {
  return (await onServer('postgres', `select from pg_database where datname = '${name}'`)).length > 0;
}

async function nameOf({ session }: Shadow): Promise<string> {
  const [row] = await session.query<{ name: string }>('select current_database() as name');
  return row?.name ?? '';
}

describe.each(databaseKinds)('an emptied shadow on %s', (kind) => {
  it('equals a new one, and its session stays usable', async () => {
    const url = kind === 'pglite' ? null : testDatabase(kind);
    await using shadow = await openShadow(url);
    const { session, empty } = shadow;
    const fresh = await stateOf(session);
    for (const sql of [
      `create table t (id serial primary key); create schema s; create type e as enum ('a'); insert into t default values`,
      'create publication p; create temporary table t (id int); listen c; prepare q as select 1',
    ]) {
      await session.script(sql);
      expect(stateDifferences(fresh, await stateOf(session))).not.toEqual([]);
      await empty();
      expect(stateDifferences(fresh, await stateOf(session))).toEqual([]);
      expect((await shadow.catalog()).tables.size).toBe(0);
    }
  });
});

describe('a shadow on a server', () => {
  it('is a separate database that is dropped after success and after failure', async () => {
    let name = '';
    const work = async (): Promise<void> => {
      await using shadow = await openShadow(serverUrl('postgres'));
      name = await nameOf(shadow);
      expect(await exists(name)).toBe(true);
      await shadow.session.script('create table t (id int)');
      await shadow.session.script('select nothing from nowhere');
    };
    await expect(work()).rejects.toThrow('does not exist');
    expect(name).toMatch(/^headwater_shadow_/);
    expect(await exists(name)).toBe(false);
  });

  it('is emptied by dropping if that suffices, and is replaced by another database otherwise', async () => {
    const names: string[] = [];
    {
      await using shadow = await openShadow(serverUrl('postgres'));
      names.push(await nameOf(shadow));
      await shadow.session.script('create table t (id int); create schema s; create extension hstore schema s');
      await shadow.empty();
      names.push(await nameOf(shadow));
      await shadow.session.script('select lo_create(0)');
      await shadow.empty();
      names.push(await nameOf(shadow));
      expect(await Promise.all(names.map(exists))).toEqual([false, false, true]);
    }
    expect(names[1]).toBe(names[0]);
    expect(names[2]).not.toBe(names[1]);
    expect(await Promise.all(names.map(exists))).toEqual([false, false, false]);
  });

  it.each([
    ['has a subscription', `create subscription s connection 'host=/nowhere' publication p with (connect = false)`],
    ['is a template', `do $$ begin execute format('alter database %I is_template true', current_database()); end $$`],
  ])('is dropped although it %s', async (_, sql) => {
    const shadow = await openShadow(serverUrl('postgres'));
    const name = await nameOf(shadow);
    await shadow.session.script(sql);
    await shadow[Symbol.asyncDispose]();
    expect(await exists(name)).toBe(false);
  });

  it('never drops databases that others made, whatever their name, age and comment', async () => {
    const names = [
      'headwater_shadow_keep',
      'headwater_shadow_xyz_abc',
      `headwater_shadow_${Math.floor(Date.now() / 1000 - 7200).toString(36)}_0123456789ab`,
      'headwater_shadow_0123456789abcdef',
    ];
    for (const name of names) await onServer('postgres', `create database ${name}`);
    await onServer('postgres', `comment on database headwater_shadow_keep is 'headwater shadow'`);
    {
      await using shadow = await openShadow(serverUrl('postgres'));
      await shadow.session.script('select lo_create(0)');
      await shadow.empty();
    }
    await (await openShadow(serverUrl('template1')))[Symbol.asyncDispose]();
    expect(await Promise.all(names.map(exists))).toEqual(names.map(() => true));
    for (const name of names) await onServer('postgres', `drop database ${name}`);
  });

  it('stays while its process lives, and is dropped by the next use after it was killed', async () => {
    await using live = await openShadow(serverUrl('postgres'));
    const busy = await killedInItsShadow('select pg_sleep(600)');
    const idle = await killedInItsShadow('select 1');
    // The database in the URL makes no difference.
    await (await openShadow(serverUrl('template1')))[Symbol.asyncDispose]();
    expect(await Promise.all([busy, idle].map(exists))).toEqual([false, false]);
    expect(await exists(await nameOf(live))).toBe(true);
  });

  it('refuses a connection through a pooler, which keeps and releases locks on its own', async () => {
    const port = await relay();
    const opening = openShadow(serverUrl('postgres').replace(/:\d+\//, `:${port}/`));
    await expect(opening).rejects.toMatchObject({ code: 'SHADOW_BEHIND_POOLER', exitCode: 22 });
  });
});

/** Relays connections to the server as a pooler does: it tells each client another process id. Returns its port. */
async function relay(): Promise<number> {
  const { hostname, port } = new URL(serverUrl('postgres'));
  const relayed = createServer((client) => {
    const server = connect(Number(port), hostname);
    client.pipe(server).on('error', () => client.destroy());
    client.on('error', () => server.destroy());
    server.on('end', () => client.end());
    server.on('data', (data) => {
      // BackendKeyData: the type of the message, its length of 12, the process id and the secret.
      const at = data.indexOf(Buffer.from('K\0\0\0\x0c', 'latin1'));
      if (at >= 0) data.writeInt32BE(1_000_000_007, at + 5);
      client.write(data);
    });
  });
  relayed.listen(0, '127.0.0.1');
  await once(relayed, 'listening');
  onTestFinished(() => void relayed.close());
  const address = relayed.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Kills a process that runs a statement in its shadow. Returns the name of the shadow. */
async function killedInItsShadow(statement: string): Promise<string> {
  const source = join(import.meta.dirname, '../../src/shadow/shadow.ts');
  const program = `const { openShadow } = await import(${JSON.stringify(source)});
    const { session } = await openShadow(process.argv[1]);
    console.log((await session.query('select current_database() as name'))[0].name);
    await session.query(process.argv[2]);
    setInterval(() => {}, 1000);`;
  const args = ['--conditions=headwater-source', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, [...args, serverUrl('postgres'), statement], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as readonly unknown[];
  const name = String(line).trim();
  const running = `select from pg_stat_activity where datname = '${name}' and query = '${statement}'`;
  await expect.poll(() => onServer('postgres', running), { timeout: 10_000 }).not.toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return name;
}
