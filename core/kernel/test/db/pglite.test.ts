import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { openPglite } from '../../src/db/pglite-session.ts';
import { openSession } from '../../src/db/session.ts';
import { branch, exists, upgrade } from './support.ts';

const sessionModule = new URL('../../src/db/session.ts', import.meta.url).href;

async function directory(): Promise<{ readonly target: DatabaseTarget; readonly path: string }> {
  const target = await emptyDatabase('pglite');
  return { target, path: target.kind === 'pglite' ? (target.directory ?? '') : '' };
}

/** Starts a process that opens the directory and keeps it open. */
async function holderOf(path: string): Promise<ChildProcess> {
  const code = `const { openSession } = await import(${JSON.stringify(sessionModule)});
    await openSession(${JSON.stringify({ kind: 'pglite', directory: path, shown: path })});
    console.log('open'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

it('keeps committed data after it is closed and reopened', async () => {
  const { target, path } = await directory();
  const first = await openSession(target);
  expect((await upgrade(first, branch('core', 'create table a ()'))).error).toBeNull();
  await first.close();
  const second = await openSession(target);
  expect(await exists(second, 'a')).toBe(true);
  await second.close();
  expect(existsSync(`${path}.pid`)).toBe(false);
});

it('creates a directory that only its owner can read, and starts with small buffers', async () => {
  const { target, path } = await directory();
  const session = await openSession(target);
  expect(await session.query('show shared_buffers')).toEqual([{ shared_buffers: '8MB' }]);
  await session.close();
  for (const place of [path, join(path, 'base'), join(path, 'PG_VERSION')]) {
    expect(statSync(place).mode & 0o077, place).toBe(0);
  }
});

it('reads and writes arrays of column types', async () => {
  const { engine, query, close } = await openPglite({ kind: 'pglite', directory: null, shown: 'memory' });
  // Each query copies all array types. Those for the rows of system catalogs, about 200, are therefore left out.
  expect(Object.keys(engine.parsers).length).toBeLessThan(150);
  expect(
    await query(`select '{a,"b,c",NULL}'::text[] as texts, '{{1,2},{3,NULL}}'::int[] as numbers, '{t,f}'::bool[] as bools,
      '{2020-01-01}'::date[] as days, '{1.50}'::numeric[] as exact, '{"{}"}'::jsonb[] as json, '{pg_class}'::regclass[] as names`),
  ).toEqual([
    {
      texts: ['a', 'b,c', null],
      numbers: [
        [1, 2],
        [3, null],
      ],
      bools: [true, false],
      days: [new Date('2020-01-01')],
      exact: ['1.50'],
      json: [{}],
      names: ['pg_class'],
    },
  ]);
  const values = [['a,"', null], [1, 2], [{ a: [1] }]];
  expect(await query('select $1::text[] as a, $2::int[] as b, $3::jsonb[] as c', values)).toEqual([
    { a: values[0], b: values[1], c: values[2] },
  ]);
  await query(`create type state as enum ('open', 'paid')`);
  await query('create type pair as (a int, b int)');
  await engine.refreshArrayTypes();
  expect(await query(`select '{open,paid}'::state[] as states, '{"(1,2)"}'::pair[] as pairs`)).toEqual([
    { states: ['open', 'paid'], pairs: ['(1,2)'] },
  ]);
  await close();
});

it('rejects a second process, naming the first, until the first has ended for any reason', async () => {
  const { target, path } = await directory();
  const holder = await holderOf(path);
  await expect(openSession(target)).rejects.toMatchObject({
    code: 'DIRECTORY_IN_USE',
    exitCode: 23,
    details: { pid: holder.pid },
  });
  holder.kill('SIGSTOP');
  await expect(openSession(target)).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE', details: { pid: holder.pid } });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const session = await openSession(target);
  await session.close();
});

it('starts over if a crash left an incomplete directory behind', async () => {
  const { target, path } = await directory();
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'PG_VERSION'), '18\n');
  writeFileSync(`${path}.creating`, '');
  const session = await openSession(target);
  expect((await upgrade(session, branch('core', 'create table a ()'))).error).toBeNull();
  await session.close();
  expect(existsSync(`${path}.creating`)).toBe(false);
});

it('rejects a directory created by another major version', async () => {
  const { target, path } = await directory();
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'PG_VERSION'), '16\n');
  await expect(openSession(target)).rejects.toMatchObject({ code: 'STORE_VERSION', exitCode: 24 });
});

it('rejects a directory that is not a database, and leaves it unchanged', async () => {
  const { target, path } = await directory();
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'holiday.txt'), 'photos');
  await expect(openSession(target)).rejects.toMatchObject({ code: 'STORE_DAMAGED', exitCode: 24 });
  expect(existsSync(join(path, 'holiday.txt'))).toBe(true);
});

it('rejects a path at which no directory can be created', async () => {
  const blocked = join(inject('scratch'), 'a-file');
  writeFileSync(blocked, '');
  const target = { kind: 'pglite', directory: join(blocked, 'db'), shown: 'x' } as const;
  await expect(openSession(target)).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE', exitCode: 10 });
});
