import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { replayDown, replayUp } from '../../src/shadow/replay.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { revision as sketched } from '../../../kernel/test/db/support.ts';
import { holding } from '../../../kernel/test/entities/support.ts';
import { onServer, serverUrl } from '../../../../test/helper/database.ts';

function revision(text: string, more: Partial<Revision> = {}): Revision {
  return { ...sketched({ id: 'm@0001_make', up: text }), file: '', ...more };
}

function asDynamic(text: string): Revision {
  return revision(`do $do$ begin execute $ex$${text}$ex$; end $do$`);
}

function asSubtransaction(text: string): Revision {
  return revision(
    `do $do$ begin begin execute $ex$${text}$ex$; exception when division_by_zero then null; end; end $do$`,
  );
}

function asCode(text: string): Revision {
  const run: Extract<Revision['up'], { kind: 'code' }>['run'] = async ({ query, sql }) => {
    await query({ ...sql``, text });
  };
  return revision('', { up: { kind: 'code', version: 1, run } });
}

/** Returns the rows of the shared catalogs that no shadow made. */
async function sharedState(): Promise<unknown> {
  return onServer(
    'postgres',
    `select (select jsonb_agg(a order by oid) from pg_authid a where rolname ~ '^(shared_|pg_)') as roles,
      (select jsonb_agg(m order by oid) from pg_auth_members m) as members,
      (select jsonb_agg(s::text order by s::text) from pg_db_role_setting s) as settings,
      (select jsonb_agg(t order by oid) from pg_tablespace t) as tablespaces,
      (select jsonb_agg(p order by oid) from pg_parameter_acl p) as parameters,
      (select jsonb_agg(c::text order by c::text) from pg_shdescription c where not exists (select from pg_database d
        where c.classoid = 'pg_database'::regclass and d.oid = c.objoid and datname ~ '^headwater_')) as comments,
      (select jsonb_agg(to_jsonb(d) - 'datfrozenxid' - 'datminmxid' order by oid) from pg_database d
        where datname ~ '^shared_') as databases,
      pg_read_file('postgresql.auto.conf') as configuration`,
  );
}

const inTransaction: readonly (readonly [string, string])[] = [
  ['create role shared_new', 'roles'],
  ['alter role shared_role login', 'roles'],
  ['alter role shared_role rename to shared_renamed', 'roles'],
  ['drop role shared_member', 'roles'],
  ['grant shared_role to pg_monitor', 'roles'],
  ['revoke shared_role from shared_member', 'roles'],
  [`alter role shared_role set work_mem = '9MB'`, 'settings of roles'],
  ['alter role shared_role reset all', 'settings of roles'],
  [`alter role shared_role in database shared_other set work_mem = '9MB'`, 'settings of roles'],
  [`alter database shared_other set work_mem = '9MB'`, 'other databases'],
  ['alter database shared_other connection limit 3', 'other databases'],
  ['alter database shared_other rename to shared_renamed', 'other databases'],
  ['alter database shared_other owner to shared_role', 'other databases'],
  ['revoke connect on database shared_other from public', 'other databases'],
  ['grant set on parameter work_mem to shared_role', 'privileges on settings'],
  ['alter tablespace pg_default set (random_page_cost = 2)', 'tablespaces'],
];

describe('a revision in a shadow on a server', () => {
  let shadow: Shadow;
  let before: unknown;
  beforeAll(async () => {
    for (const statement of [
      'create role shared_role',
      `alter role shared_role set timezone = 'Asia/Tokyo'`,
      `comment on role shared_role is 'shared'`,
      'create role shared_member in role shared_role',
      'create database shared_other',
    ]) {
      await onServer('postgres', statement);
    }
    shadow = await openShadow(serverUrl('postgres'));
    before = await sharedState();
  });
  afterAll(async () => {
    await shadow[Symbol.asyncDispose]();
    await onServer('postgres', 'drop database shared_other');
    await onServer('postgres', 'drop role shared_member, shared_role');
  });

  describe.each([
    ['as plain SQL', revision],
    ['as dynamic SQL', asDynamic],
    ['in a subtransaction', asSubtransaction],
    ['as code', asCode],
  ])('%s', (_, written) => {
    it.each(inTransaction)('cannot run: %s', async (text, changed) => {
      await shadow.empty();
      const table = revision('create table kept (id int)', { id: 'm@0000_keep' });
      await expect(replayUp(shadow, [table, written(text)])).rejects.toMatchObject({
        code: 'SHADOW_SERVER_CHANGED',
        exitCode: 22,
        message: holding(changed),
        details: { revision: 'm@0001_make', direction: 'up' },
      });
      expect(await sharedState()).toEqual(before);
    });

    it('cannot comment on what all databases share', async () => {
      await shadow.empty();
      const running = replayUp(shadow, [written(`comment on role shared_role is 'other'`)]);
      await expect(running).rejects.toMatchObject({ code: 'SHADOW_SERVER_CHANGED' });
      expect(await sharedState()).toEqual(before);
    });
  });

  it.each([
    ['create database shared_new', 'other databases'],
    ['drop database shared_other', 'other databases'],
    [`alter system set work_mem = '9MB'`, 'the configuration of the server'],
    [`create tablespace shared_new location '/nowhere'`, 'tablespaces'],
    [`create subscription s connection 'host=127.0.0.1 port=1' publication p`, 'the publishing server'],
    ['drop subscription s', 'the publishing server'],
    ['alter subscription s enable', 'the publishing server'],
    [`copy (select 1) to '/tmp/shared_new'`, 'files of the server'],
    [`copy (select 1) to program 'true'`, 'files of the server'],
  ])('cannot run outside of a transaction: %s', async (text, changed) => {
    await shadow.empty();
    await expect(replayUp(shadow, [revision(text, { transaction: false })])).rejects.toMatchObject({
      code: 'SHADOW_SERVER_CHANGED',
      message: holding('It was not run'),
      details: { changed, statement: text },
    });
    expect(await sharedState()).toEqual(before);
  });

  it('cannot change the server in its `down` either', async () => {
    await shadow.empty();
    const down = { kind: 'sql', text: 'drop role if exists shared_role' } as const;
    await expect(replayDown(shadow, [revision('select 1', { down })])).rejects.toMatchObject({
      code: 'SHADOW_SERVER_CHANGED',
      details: { direction: 'down' },
    });
  });

  it.each([
    'create table t (id int); grant select on t to shared_role; alter table t owner to shared_role',
    `do $$ begin if not exists (select from pg_roles where rolname = 'shared_role') then create role shared_role; end if; end $$`,
    `do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`,
    `do $$ begin execute format('alter database %I reset timezone', current_database()); end $$`,
    `do $$ begin execute format('alter role shared_role in database %I set timezone = ''UTC''', current_database()); end $$`,
    `do $$ begin execute format('grant connect on database %I to shared_role', current_database()); end $$`,
    `do $$ begin execute format('comment on database %I is ''mine''', current_database()); end $$`,
    'alter default privileges for role shared_role grant select on tables to public',
    'create schema authorization shared_role; set role shared_role; create table shared_role.t (id int)',
    `create subscription s connection 'host=/nowhere' publication p with (connect = off)`,
  ])('may change its own database: %s', async (text) => {
    await shadow.empty();
    await replayUp(shadow, [revision(text)]);
    await shadow.empty();
    expect(await sharedState()).toEqual(before);
  });
});
