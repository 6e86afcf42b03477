import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { Session } from '../../src/db/session.ts';
import { readDetails } from '../../src/ledger/ledger.ts';
import { applied, branch, downgrade, exists, runSteps, sessionPerTest, settings, upgrade } from '../db/support.ts';

const before = branch('core', 'create table a (x int)', 'create table b (x int)');
const after = branch('core', 'create table a (x int)', 'create table b (x int)', 'create table c (x int)');
const short = { settings: { ...settings, retryFor: 1, lockWait: 1 } };

const addRows = 'insert into kernel.ledger overriding system value select * from kernel.ledger';
const renamed = 'alter table kernel.ledger rename to l';
const refuse = `create function kernel.no() returns trigger language plpgsql as 'begin raise exception ''no''; end'`;
const swallow = `create function kernel.no() returns trigger language plpgsql as 'begin return null; end'`;
const trigger = 'create trigger no before insert on kernel.ledger for each row execute function kernel.no()';

/** Changes to a ledger with two rows after which it is damaged. */
const damages: readonly (readonly [name: string, text: string])[] = [
  ['an empty format', 'delete from kernel.format'],
  ['two rows in format', 'insert into kernel.format values (1)'],
  ['two different rows in format', 'insert into kernel.format values (2)'],
  ['a negative format', 'update kernel.format set version = -1'],
  ['the format 0', 'update kernel.format set version = 0'],
  ['a format that is no number', `alter table kernel.format alter version type text using 'one'`],
  ['a format of another type', `alter table kernel.format alter version type text`],
  ['no table format', 'drop table kernel.format'],
  ['no table ledger', 'drop table kernel.ledger'],
  ['only the table event', 'drop table kernel.format, kernel.ledger'],
  ['no column that planning reads', 'alter table kernel.ledger drop raw'],
  ['no column that only the envelope writes', 'alter table kernel.ledger drop duration_ms'],
  [
    'a column that must not be null',
    'alter table kernel.ledger add n int not null default 0; alter table kernel.ledger alter n drop default',
  ],
  ['a column of another type', `alter table kernel.ledger alter revises type text using array_to_string(revises, ',')`],
  ['no generated order', 'alter table kernel.ledger alter seq drop identity'],
  ['a view that takes no rows', `${renamed}; create view kernel.ledger as select distinct * from kernel.l`],
  ['a materialized view', `${renamed}; create materialized view kernel.ledger as select * from kernel.l`],
  ['a trigger that refuses rows', `${refuse}; ${trigger}`],
  ['a trigger that swallows rows', `${swallow}; ${trigger}`],
  ['a rule that swallows rows', 'create rule nothing as on insert to kernel.ledger do instead nothing'],
  ['a check that refuses rows', `alter table kernel.ledger add check (slug < '0003')`],
  ['an id with spaces', `update kernel.ledger set slug = 'Not an id' where slug = '0002'`],
  ['an id with a line break', `update kernel.ledger set slug = e'a\\nb' where slug = '0002'`],
  ['an id without a plugin', `update kernel.ledger set plugin = '' where slug = '0002'`],
  [
    'no plugin',
    `alter table kernel.ledger drop constraint ledger_pkey; alter table kernel.ledger alter plugin drop not null; update kernel.ledger set plugin = null where slug = '0002'`,
  ],
  ['no edges', 'alter table kernel.ledger alter revises drop not null; update kernel.ledger set revises = null'],
  ['an edge to null', 'update kernel.ledger set revises = array[null]::text[]'],
  ['a malformed edge', `update kernel.ledger set revises = array['a b,c']`],
  ['an empty hash', `update kernel.ledger set raw = ''`],
  ['two rows for one revision', `alter table kernel.ledger drop constraint ledger_pkey; ${addRows}`],
  [
    'two rows for one dormant revision',
    `update kernel.ledger set plugin = 'x', revises = '{}' where slug = '0002'; alter table kernel.ledger drop constraint ledger_pkey; ${addRows} where plugin = 'x'`,
  ],
  [
    'a dormant row that revises itself',
    `update kernel.ledger set plugin = 'x', revises = array['x@0002'] where slug = '0002'`,
  ],
];

/** Schemas of another application. */
const foreign: readonly (readonly [name: string, text: string])[] = [
  ['a table of the same name', 'create table kernel.ledger (id int)'],
  ['two tables of the same names', 'create table kernel.format (id int); create table kernel.ledger (id int)'],
  [
    'tables that look similar',
    'create table kernel.format (version int); insert into kernel.format values (1); create table kernel.ledger (seq int)',
  ],
  ['a type of the same name', 'create type kernel.ledger as (x int)'],
  ['a sequence of the same name', 'create sequence kernel.event'],
];

/** Changes that the kernel can work with. */
const harmless: readonly (readonly [name: string, text: string])[] = [
  ['another column', 'alter table kernel.ledger add extra int'],
  ['another table', 'create table kernel.extra (id int)'],
  ['a wider number', 'alter table kernel.format alter version type bigint'],
  ['an updatable view', `${renamed}; create view kernel.ledger as select * from kernel.l`],
];

describe.each(databaseKinds)('on %s, a ledger', (kind) => {
  const current = sessionPerTest(kind);
  let session: Session;
  beforeEach(() => {
    session = current();
  });

  it.each(damages)('with %s is reported as damaged, and no revision is blamed', async (_, text) => {
    expect((await upgrade(session, before)).error).toBeNull();
    await session.script(text);
    const { error } = await upgrade(session, after, short);
    expect(error).toMatchObject({ code: 'LEDGER_DAMAGED', exitCode: 15 });
    expect(error?.message).not.toContain('core@0003');
    expect(error?.hint).toMatch(/kernel\.format|migrate:stamp heads/);
    expect(await exists(session, 'c')).toBe(false);
  });

  it.each(foreign)('whose schema belongs to another application with %s is refused', async (_, text) => {
    await session.script(`create schema kernel; ${text}`);
    const { error } = await upgrade(session, after, short);
    expect(error).toMatchObject({ code: 'LEDGER_DAMAGED', exitCode: 15 });
    expect(error?.hint).toContain('another application');
    expect(await exists(session, 'a')).toBe(false);
  });

  it.each(harmless)('with %s is accepted', async (_, text) => {
    expect((await upgrade(session, before)).error).toBeNull();
    await session.script(text);
    expect((await upgrade(session, after, short)).error).toBeNull();
    expect(await applied(session)).toEqual(['core@0001', 'core@0002', 'core@0003']);
  });

  it('without a column that only details need is reported as damaged when they are read', async () => {
    await upgrade(session, before);
    await session.script('alter table kernel.ledger drop package_version');
    await expect(readDetails(session)).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
  });

  it('without the table of events is reported as damaged by a downgrade, which needs it', async () => {
    const plan = after.map((one) => ({ ...one, down: { kind: 'sql' as const, text: 'drop table b' } }));
    await upgrade(session, plan.slice(0, 2));
    await session.script('drop table kernel.event');
    const [, second] = plan;
    const { error } = await downgrade(session, [{ id: 'core@0002', revision: second ?? null }], plan.slice(0, 1));
    expect(error).toMatchObject({ code: 'LEDGER_DAMAGED', exitCode: 15 });
    expect(await exists(session, 'b')).toBe(true);
  });

  it.each(['delete from kernel.ledger', 'truncate kernel.ledger', `delete from kernel.ledger where slug = '0002'`])(
    'that lost rows by "%s" is damaged, with a hint that restores them',
    async (text) => {
      await upgrade(session, before);
      await session.script(text);
      const { error } = await upgrade(session, after);
      expect(error).toMatchObject({ code: 'LEDGER_DAMAGED', exitCode: 15 });
      expect(error?.hint).toContain('Restore the schema "kernel" from a backup');
      expect(error?.hint).toContain('npx kernel migrate:stamp heads');
    },
  );

  it('that lost a row in the middle is reported as inconsistent', async () => {
    await upgrade(session, before);
    await session.script(`update kernel.ledger set plugin = 'x', revises = array['x@0001'] where slug = '0002'`);
    expect((await upgrade(session, after)).error).toMatchObject({ code: 'HISTORY_INCONSISTENT', exitCode: 15 });
  });

  it('is repaired as the hint says: by dropping the schema and stamping the heads', async () => {
    await upgrade(session, before);
    await session.script('drop table kernel.format');
    const { error } = await upgrade(session, after);
    expect(error?.hint).toContain('drop schema kernel cascade; and then: npx kernel migrate:stamp heads');
    await session.script('drop schema kernel cascade');
    const plan = (there: ReadonlySet<string>): { id: string; direction: 'up' }[] =>
      before.flatMap(({ id }) => (there.has(id) ? [] : [{ id, direction: 'up' as const }]));
    expect((await runSteps(session, { known: before, plan, kind: 'stamp' })).error).toBeNull();
    expect((await upgrade(session, after)).error).toBeNull();
    expect(await exists(session, 'c')).toBe(true);
  });
});
