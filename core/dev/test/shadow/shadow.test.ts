import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differenceOf } from '../../src/difference/catalog-difference.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { databaseKinds, onServer, serverUrl, testDatabase } from '../../../../test/helper/database.ts';

/** Whether a database exists. Other tests have shadows on the same server, so each test checks its own by name. */
async function exists(name: string): Promise<boolean> {
  return (await onServer('postgres', `select from pg_database where datname = '${name}'`)).length > 0;
}

async function nameOf({ session }: Shadow): Promise<string> {
  const [row] = await session.query<{ name: string }>('select current_database() as name');
  return row?.name ?? '';
}

/** Returns the name of a shadow that was created a number of seconds ago. */
function shadowName(secondsAgo: number): string {
  return `headwater_shadow_${Math.floor(Date.now() / 1000 - secondsAgo).toString(36)}_0123456789ab`;
}

describe.each(databaseKinds)('a shadow on %s', (kind) => {
  it('is as empty as a new database after a reset', async () => {
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

/** Selects the schemas that a user created, and everything in them and in `public`. */
const userObjects = `select pg_describe_object(classid, objid, objsubid) as what from pg_depend
    where refclassid = 'pg_namespace'::regclass and refobjid >= 16384 or refobjid = to_regnamespace('public')
  union select 'schema ' || nspname from pg_namespace where oid >= 16384 and nspname !~ '^pg_' and nspname <> 'public'`;

describe.each(databaseKinds)('an emptied shadow on %s', (kind) => {
  let shadow: Shadow;
  let fresh: readonly unknown[];
  beforeAll(async () => {
    shadow = await openShadow(kind === 'pglite' ? null : testDatabase(kind));
    fresh = await state();
  });
  afterAll(() => shadow[Symbol.asyncDispose]());

  const state = async (): Promise<readonly unknown[]> => [
    await shadow.session.query(userObjects),
    await shadow.session.query(
      `select nspowner, nspacl, obj_description(oid, 'pg_namespace') is not distinct from 'mine' as mine
        from pg_namespace where nspname = 'public'`,
    ),
  ];
  const schema = async (): Promise<unknown> =>
    (await shadow.session.query(`select to_regnamespace('public')::oid as oid`))[0];

  it.each([
    [
      'tables with foreign keys in a cycle',
      'create table a (id serial primary key, b int); create table b (id int primary key references a); alter table a add foreign key (b) references b',
      true,
    ],
    [
      'an identity, a generated column and a partition',
      'create table a (id int generated always as identity, n int generated always as (1 + 1) stored) ; create table p (d int) partition by range (d); create table p1 partition of p for values from (1) to (2)',
      true,
    ],
    [
      'views that use views and functions',
      `create function f(a int, b text[]) returns int language sql as 'select 1'; create view v as select f(1, '{}') as n; create materialized view w as select * from v`,
      true,
    ],
    [
      'all kinds of types',
      `create type e as enum ('a'); create type c as (a e, n int); create domain d as c[] check (value is not null); create type r as range (subtype = int8); create table t (e e, c c, d d, r r)`,
      true,
    ],
    [
      'names that need quotes',
      'create table "A b" (id int); create function "F()"("X" int) returns int language sql as \'select 1\'; create procedure "P;"() language sql as \'select 1\'',
      true,
    ],
    [
      'a trigger and a policy',
      "create table t (id int); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before insert on t execute function f(); alter table t enable row level security; create policy p on t using (true)",
      true,
    ],
    [
      'an operator and an aggregate',
      "create function f(int, int) returns int language sql as 'select 1'; create operator @@@ (function = f, leftarg = int, rightarg = int); create aggregate g (int) (sfunc = f, stype = int)",
      false,
    ],
    ['another schema', 'create schema other; create table other.t (id int); create table t (id int)', false],
    ['privileges on the schema', 'grant create on schema public to public', false],
    ['default privileges', 'alter default privileges in schema public grant select on tables to public', false],
    ['a comment on the schema', `comment on schema public is 'mine'`, false],
    ['no public schema', 'drop schema public', false],
    ['nothing', 'select 1', true],
  ])('equals a new one after: %s', async (_, sql, keepsPublic) => {
    const before = await schema();
    await shadow.session.script(sql);
    await shadow.empty();
    expect(await state()).toEqual(fresh);
    // Prepared statements keep their plans as long as `public` is not replaced.
    if (keepsPublic) expect(await schema()).toEqual(before);
    else expect(await schema()).not.toEqual(before);
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

  it('drops shadows of dead processes after an hour, but none that may be in use', async () => {
    const [abandoned, recent] = [shadowName(7200), shadowName(60)];
    for (const name of [abandoned, recent]) await onServer('postgres', `create database ${name}`);
    const killed = await killedInItsShadow();
    expect(await exists(killed)).toBe(true);
    await (await openShadow(serverUrl('postgres')))[Symbol.asyncDispose]();
    expect(await exists(abandoned)).toBe(false);
    expect(await exists(recent)).toBe(true);
    expect(await exists(killed)).toBe(true);
    for (const name of [recent, killed]) await onServer('postgres', `drop database ${name} with (force)`);
  });
});

/** Kills a process that has a shadow open. Returns the name of the shadow. */
async function killedInItsShadow(): Promise<string> {
  const source = join(import.meta.dirname, '../../src/shadow/shadow.ts');
  const program = `const { openShadow } = await import(${JSON.stringify(source)});
    const { session } = await openShadow(process.argv[1]);
    console.log((await session.query('select current_database() as name'))[0].name);`;
  const args = ['--conditions=headwater-source', '--input-type=module', '--eval', program, serverUrl('postgres')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [name] = (await once(child.stdout, 'data')) as readonly unknown[];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return String(name).trim();
}
