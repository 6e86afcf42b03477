import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { replayUp } from '../../src/shadow/replay.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { revision as sketched } from '../../../kernel/test/db/support.ts';
import { databaseKinds, testDatabase, type DatabaseKind } from '../../../../test/helper/database.ts';
import { stateDifferences, stateOf } from './database-state.ts';

function open(kind: DatabaseKind): Promise<Shadow> {
  return openShadow(kind === 'pglite' ? null : testDatabase(kind));
}

/** SQL in the transaction of a revision. */
const inTransaction: Readonly<Record<string, string>> = {
  'tables, views, types and routines': `create table a (id serial primary key, b int); create view v as select * from a;
    create type e as enum ('a'); create type c as (a e); create domain d as int; create type r as range (subtype = int8);
    create function f() returns int language sql as 'select 1'; create procedure p() language sql as 'select 1';
    create aggregate g (int) (sfunc = int4pl, stype = int); create statistics s on id, b from a`,
  'tables with foreign keys in a cycle, a policy and a trigger': `create table a (id int primary key, b int);
    create table b (id int primary key references a); alter table a add foreign key (b) references b;
    create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger g before insert on a execute function f();
    alter table a enable row level security; create policy p on a using (true)`,
  'names that need quotes': `create table "A b" (id int); create function "F()"("X" int) returns int language sql as 'select 1';
    create procedure "P;"() language sql as 'select 1'; create schema "S;"; create table "S;"."T" (id int)`,
  extensions: 'create extension hstore; create schema x; create extension citext schema x; create table t (h hstore)',
  'an extension with settings': 'create extension pg_trgm',
  'a schema': 'create schema other; create table other.t (id int); create collation other.c from "C"',
  'no public schema': 'drop schema public',
  'another public schema': 'drop schema public; create schema public',
  'privileges on the public schema': 'grant create on schema public to public',
  'revoked privileges on the public schema': 'revoke usage on schema public from public',
  'a comment on the public schema': `comment on schema public is 'mine'`,
  'a renamed public schema': 'alter schema public rename to private',
  publications:
    'create table m_a (id int); create publication m_pub for table m_a; create publication everything for all tables',
  'an event trigger': `create function f() returns event_trigger language plpgsql as 'begin end';
    create event trigger t on ddl_command_end execute function f()`,
  'an event trigger that prevents drops': `create table a (id int); create schema f;
    create function f.f() returns event_trigger language plpgsql as 'begin raise exception $$kept$$; end';
    create event trigger t on sql_drop execute function f.f()`,
  'large objects': `select lo_from_bytea(0, 'content')`,
  'a cast': 'create cast (int as point) with inout',
  operators: `create function f(int, int) returns int language sql as 'select 1';
    create operator @@@ (function = f, leftarg = int, rightarg = int);
    create operator family h using btree`,
  'text search': `create text search configuration t (copy = simple); create text search dictionary d (template = simple)`,
  'foreign data': `create foreign data wrapper w; create server s foreign data wrapper w;
    create user mapping for current_user server s options (a 'b'); create foreign table t (id int) server s`,
  'default privileges': 'alter default privileges grant select on tables to public',
  'default privileges in a schema': 'alter default privileges in schema public grant select on tables to public',
  'settings of the database': `do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`,
  'settings of a role in the database': `do $$ begin
    execute format('alter role postgres in database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`,
  'privileges on the database': `do $$ begin
    execute format('revoke temporary on database %I from public', current_database()); end $$`,
  'a comment on the database': `do $$ begin execute format('comment on database %I is ''mine''', current_database()); end $$`,
  'a language': 'create language mine handler plpgsql_call_handler',
  'an access method': 'create access method m type table handler heap_tableam_handler',
  'a collation': 'create collation c from "C"',
  'a conversion': `create conversion c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8`,
  'a temporary table': 'create temporary table t (id int); create temporary sequence s',
  'session settings': `set timezone = 'Asia/Tokyo'; set search_path = ''; set row_security = off; set role pg_read_all_data`,
  'the last value of a sequence': `create sequence s; select nextval('s')`,
  'privileges on a system function': 'revoke execute on function pg_sleep(float8) from public',
  'a comment on a system function': `comment on function pg_sleep(float8) is 'mine'`,
  'a row removed from a system catalog': `delete from pg_cast where castsource = 'int4'::regtype and casttarget = 'bool'::regtype`,
  'a row updated in a system catalog': `update pg_type set typcategory = 'Z' where typname = 'point'`,
  'a dropped system schema': 'drop schema information_schema cascade',
  'a row added to a system catalog': `insert into pg_description values ('pg_sleep'::regproc, 'pg_proc'::regclass, 7, 'mine')`,
};

/** SQL in the session itself. */
const inSession: Readonly<Record<string, string>> = {
  'prepared statements': 'prepare p as select 1',
  'no prepared statements': 'deallocate all',
  'a cursor': 'begin; declare c cursor with hold for select 1; commit',
  'a channel': 'listen c',
  'advisory locks': 'select pg_advisory_lock(1), pg_advisory_lock_shared(2, 3)',
  'characteristics of transactions': 'set session characteristics as transaction isolation level serializable',
  'another user': 'set session authorization pg_read_all_data',
  'an open transaction': 'begin; create table t (id int)',
  'a temporary table': 'create temporary table t (id int)',
};

/** In a revision outside of a transaction. */
const outside: Readonly<Record<string, string>> = {
  'a concurrent index': 'create index concurrently i on t (id)',
  'a block that commits': 'do $$ begin create table u (id int); commit; create publication p; end $$',
};

/** Only on the embedded engine: on a server, these change more than the shadow's own database. */
const onPglite: Readonly<Record<string, string>> = {
  'a role': 'create role r',
  'settings of a role': `alter role postgres set timezone = 'Asia/Tokyo'`,
  'membership in a role': 'grant pg_read_all_data to pg_monitor',
  'privileges on a parameter': 'grant set on parameter work_mem to pg_monitor',
  'a comment on a role': `comment on role postgres is 'mine'`,
  'a replication origin': `select pg_replication_origin_create('o')`,
};

const outsideOnPglite: Readonly<Record<string, string>> = {
  'a setting of the server': `alter system set work_mem = '9MB'`,
};

/** Only on a server: the embedded engine has no subscriptions. */
const onPostgres: Readonly<Record<string, string>> = {
  'a subscription': `create subscription s connection 'host=/nowhere' publication p with (connect = false)`,
};

describe.each(databaseKinds)('an emptied shadow on %s equals a new one', (kind) => {
  let shadow: Shadow;
  let fresh: Awaited<ReturnType<typeof stateOf>>;
  beforeAll(async () => {
    shadow = await open(kind);
    await using other = await open(kind);
    fresh = await stateOf(other.session);
  });
  afterAll(() => shadow[Symbol.asyncDispose]());

  const revision = (text: string, more: Partial<Revision> = {}): Revision => ({
    ...sketched({ id: `m@${more.slug ?? '0001_make'}`, up: text }),
    ...more,
  });

  it('before anything has run', async () => {
    expect(stateDifferences(fresh, await stateOf(shadow.session))).toEqual([]);
  });

  it.each(Object.entries({ ...inTransaction, ...(kind === 'pglite' ? onPglite : onPostgres) }))(
    'after a revision with %s',
    async (_, text) => {
      await shadow.empty();
      await replayUp(shadow, [revision(text)]);
      await shadow.empty();
      expect(stateDifferences(fresh, await stateOf(shadow.session))).toEqual([]);
    },
  );

  it.each(Object.entries({ ...outside, ...(kind === 'pglite' && outsideOnPglite) }))(
    'after a revision outside of a transaction with %s',
    async (_, text) => {
      await shadow.empty();
      await replayUp(shadow, [
        revision('create table t (id int); create sequence calls'),
        revision(text, {
          slug: '0002',
          transaction: false,
          // False before the statement, true after it.
          check: "select nextval('calls') % 2 = 0",
        }),
      ]);
      await shadow.empty();
      expect(stateDifferences(fresh, await stateOf(shadow.session))).toEqual([]);
    },
  );

  it('after a code revision', async () => {
    await shadow.empty();
    const code: Pick<Revision, 'up'> = {
      up: {
        kind: 'code',
        version: 1,
        async run({ query, sql }) {
          await query(sql`create publication p`);
          await query(sql`select lo_create(0)`);
        },
      },
    };
    await replayUp(shadow, [revision('', code)]);
    await shadow.empty();
    expect(stateDifferences(fresh, await stateOf(shadow.session))).toEqual([]);
  });

  it('after a custom setting', async () => {
    await shadow.empty();
    await shadow.session.script(`set my.flag = 'on'`);
    await shadow.empty();
    const [row] = await shadow.session.query(`select current_setting('my.flag', true) as flag`);
    expect(row).toEqual({ flag: null });
  });

  it.each(Object.entries(inSession))('after a session with %s', async (_, text) => {
    await shadow.empty();
    await shadow.session.script(text);
    await shadow.empty();
    expect(stateDifferences(fresh, await stateOf(shadow.session))).toEqual([]);
  });
});
