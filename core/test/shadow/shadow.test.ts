import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../src/difference/difference.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { databaseKinds, onServer, serverUrl, testDatabase } from '../../../test/helper/database.ts';

/** Other tests have shadows on the same server: each looks at its own. */
async function isThere(name: string): Promise<boolean> {
  return (await onServer('postgres', `select from pg_database where datname = '${name}'`)).length > 0;
}

async function nameOf({ session }: Shadow): Promise<string> {
  const [row] = await session.query<{ name: string }>('select current_database() as name');
  return row?.name ?? '';
}

/** A name like those of the shadows that were made so many seconds ago. */
function nameFrom(secondsAgo: number): string {
  return `headwater_shadow_${Math.floor(Date.now() / 1000 - secondsAgo).toString(36)}_0123456789ab`;
}

describe.each(databaseKinds)('a shadow on %s', (kind) => {
  it('is as empty as a new database, also after whatever was in it', async () => {
    await using shadow = await openShadow(kind === 'pglite' ? null : testDatabase(kind));
    const fresh = await shadow.catalog();
    const settings = async (): Promise<readonly unknown[]> =>
      shadow.session.query(`select current_setting('search_path'), current_setting('timezone')`);
    const defaults = await settings();
    await shadow.session.script(
      `create schema "Other one"; create table "Other one".t (id int); create table t (id int); create type mood as enum ('a');
        create function f() returns int language sql as 'select 1'; create domain d as int; create sequence s;
        set search_path to "Other one"; set timezone to 'Asia/Tokyo'; comment on schema public is 'mine'`,
    );
    expect(differenceOf(fresh, await shadow.catalog(), { undefine: true }).length).toBeGreaterThan(5);
    await shadow.empty();
    expect(differenceOf(fresh, await shadow.catalog(), { undefine: true })).toEqual([]);
    expect(await settings()).toEqual(defaults);
  });
});

describe('a shadow on a server', () => {
  it('is a database of its own, which is gone after work as after a failure', async () => {
    let name = '';
    const work = async (): Promise<void> => {
      await using shadow = await openShadow(serverUrl('postgres'));
      name = await nameOf(shadow);
      expect(await isThere(name)).toBe(true);
      await shadow.session.script('create table t (id int)');
      await shadow.session.script('select nothing from nowhere');
    };
    await expect(work()).rejects.toThrow('does not exist');
    expect(name).toMatch(/^headwater_shadow_/);
    expect(await isThere(name)).toBe(false);
  });

  it('drops what a process that died has left, an hour later, and leaves alone what may be in use', async () => {
    const [forgotten, recent] = [nameFrom(7200), nameFrom(60)];
    for (const name of [forgotten, recent]) await onServer('postgres', `create database ${name}`);
    const killed = await killedInItsShadow();
    expect(await isThere(killed)).toBe(true);
    await (await openShadow(serverUrl('postgres')))[Symbol.asyncDispose]();
    expect(await isThere(forgotten)).toBe(false);
    expect(await isThere(recent)).toBe(true);
    expect(await isThere(killed)).toBe(true);
    for (const name of [recent, killed]) await onServer('postgres', `drop database ${name} with (force)`);
  });
});

/** The name of the shadow of a process that was killed in it. */
async function killedInItsShadow(): Promise<string> {
  const source = join(import.meta.dirname, '../../src/shadow/shadow.ts');
  const program = `const { openShadow } = await import(${JSON.stringify(source)});
    const { session } = await openShadow(process.argv[1]);
    console.log((await session.query('select current_database() as name'))[0].name);`;
  const args = ['--input-type=module', '--eval', program, serverUrl('postgres')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [name] = (await once(child.stdout, 'data')) as readonly unknown[];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return String(name).trim();
}
