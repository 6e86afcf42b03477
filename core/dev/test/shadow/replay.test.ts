import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { replayDown, replayUp } from '../../src/shadow/replay.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { revision as sketched } from '../../../kernel/test/db/support.ts';
import { holding } from '../../../kernel/test/entities/support.ts';
import { databaseKinds, testDatabase } from '../../../../test/helper/database.ts';

function revision(slug: string, up: string, more: Partial<Revision> = {}): Revision {
  return { ...sketched({ id: `notes@${slug}`, up }), ...more };
}

describe.each(databaseKinds)('replaying revisions in a shadow on %s', (kind) => {
  let shadow: Shadow;
  beforeAll(async () => {
    shadow = await openShadow(kind === 'pglite' ? null : testDatabase(kind));
  });
  afterAll(() => shadow[Symbol.asyncDispose]());
  beforeEach(() => shadow.empty());

  const tables = async (): Promise<readonly string[]> => [...(await shadow.catalog()).tables.keys()];

  it('runs each revision in a separate transaction, so the next one can use a new enum value', async () => {
    await replayUp(shadow, [
      revision('1', "create type mood as enum ('calm'); create table note (mood mood)"),
      revision('2', "alter type mood add value 'wild' -- with a comment at its end"),
      revision('3', "alter table note alter column mood set default 'wild'"),
    ]);
    const column = (await shadow.catalog()).tables.get('note')?.columns.get('mood');
    expect(column).toMatchObject({ enum: 'mood', default: "'wild'::mood" });
  });

  const downTransactions = async (): Promise<number> => {
    const [row] = await shadow.session.query<{ n: number }>(
      "select count(distinct xmin::text)::int as n from kernel.event where kind = 'downgrade'",
    );
    return row?.n ?? 0;
  };
  const plain = (slug: string): Revision => {
    const down = { kind: 'sql', text: `drop table t_${slug};` } as const;
    return revision(slug, `create table t_${slug} (id int primary key);`, { down });
  };

  it('reverts several revisions in one transaction', async () => {
    const all = [plain('1'), plain('2'), plain('3')];
    await replayUp(shadow, all);
    await replayDown(shadow, all);
    expect(await tables()).toEqual([]);
    expect(await downTransactions()).toBe(1);
  });

  const down = (text: string): Partial<Revision> => ({ down: { kind: 'sql', text } });
  const timeZoneSeen = async (): Promise<string | undefined> =>
    (await shadow.session.query<{ zone: string }>('select zone from seen'))[0]?.zone;
  const noticesTimeZone = revision(
    '2',
    'create table b (n int);',
    down(`insert into seen values (current_setting('timezone')); drop table b;`),
  );
  const addsColumn = revision('3', 'alter table kept add column k int;', down('alter table kept drop column k;'));

  it('restores the session after a revision that it reverts together with others', async () => {
    const setsTimeZone = revision('4', 'create table c ();', down(`set timezone = 'Asia/Tokyo'; drop table c;`));
    await replayUp(shadow, [revision('1', 'create table kept (n int); create table seen (zone text);')]);
    await replayUp(shadow, [noticesTimeZone, addsColumn, setsTimeZone]);
    await replayDown(shadow, [noticesTimeZone, addsColumn, setsTimeZone]);
    expect(await timeZoneSeen()).toMatch(/^(?!Asia)./);
    expect(await downTransactions()).toBe(1);
  });

  it('restores the session after each revision that it reverts while an event trigger may run code', async () => {
    const code = `create table kept (n int); create table seen (zone text);
      create function act() returns event_trigger language plpgsql as
        $$ begin perform set_config('timezone', 'Asia/Tokyo', false); end $$;
      create event trigger acting on ddl_command_end when tag in ('ALTER TABLE') execute function act();`;
    await replayUp(shadow, [revision('1', code), noticesTimeZone, addsColumn, plain('4')]);
    await replayDown(shadow, [noticesTimeZone, addsColumn, plain('4')]);
    expect(await timeZoneSeen()).toMatch(/^(?!Asia)./);
  });

  it('reverts revisions one by one while a constraint can be deferred', async () => {
    const all = [plain('1'), plain('2')];
    await replayUp(shadow, [
      ...all,
      revision('3', 'create table three (id int references t_1 deferrable initially deferred);'),
    ]);
    await shadow.session.script('alter table three drop constraint three_id_fkey, add unique (id) deferrable;');
    await replayDown(shadow, all);
    expect(await tables()).toEqual(['three']);
    expect(await downTransactions()).toBe(2);
  });

  it('reports the failed revision with the position in its SQL, and keeps the revisions before it', async () => {
    const failing = replayUp(shadow, [
      revision('1', 'create table one (id int);'),
      revision('2', 'create table two (id int);'),
      revision('3', 'create table three (id int);\ncreate table four (id inx);'),
      revision('4', 'create table five (id int);'),
    ]);
    await expect(failing).rejects.toMatchObject({
      code: 'SHADOW_FAILED',
      exitCode: 13,
      details: {
        revision: 'notes@3',
        line: 2,
        column: 23,
        statement: 'create table four (id inx);',
        sqlState: '42704',
      },
    });
    expect(await tables()).toEqual(['one', 'two']);
  });

  it('reports the failed revision without a position if the server gives none', async () => {
    const failing = replayUp(shadow, [
      revision('1', 'create table one (id int primary key);'),
      revision('2', 'insert into one values (1), (1);'),
    ]);
    await expect(failing).rejects.toMatchObject({
      details: { revision: 'notes@2', line: null, reason: holding('duplicate key') },
    });
  });

  it('runs code and `transaction: false` in order with the batches of other revisions', async () => {
    await replayUp(shadow, [
      revision('1', 'create table one (id int);'),
      revision('2', 'select 1', {
        up: {
          kind: 'code',
          version: 1,
          async run({ query, sql }) {
            await query(sql`alter table one add column made text`);
          },
        },
      }),
      revision('3', 'create index concurrently one_made on one (made)', {
        transaction: false,
        check: "select to_regclass('one_made') is not null",
      }),
      revision('4', 'create table two (id int);'),
    ]);
    const one = (await shadow.catalog()).tables.get('one');
    expect([[...(one?.columns.keys() ?? [])], [...(one?.indexes.keys() ?? [])]]).toEqual([
      ['id', 'made'],
      ['one_made'],
    ]);
    expect(await tables()).toEqual(['one', 'two']);
  });

  it('runs `down` in reverse order and skips revisions without one', async () => {
    const drop = (name: string): Partial<Revision> => ({ down: { kind: 'sql', text: `drop table ${name};` } });
    const revisions = [
      revision('1', 'create table one (id int primary key);', drop('one')),
      revision('2', 'create table kept (id int);'),
      revision('3', 'create table two (id int references one);', drop('two')),
    ];
    await replayUp(shadow, revisions);
    await replayDown(shadow, revisions);
    expect(await tables()).toEqual(['kept']);
  });

  it('restores the session after every revision, as an upgrade does', async () => {
    await replayUp(shadow, [
      revision('1', `select pg_catalog.set_config('search_path', '', false); create table public.m_a (id int)`),
      revision('2', `set timezone = 'Asia/Tokyo'; create temp table m_a as select 1 as x`),
      revision('3', 'alter table m_a add column n int'),
    ]);
    const [row] = await shadow.session.query<{ timezone: string; columns: number }>(
      `select current_setting('timezone') as timezone, (select count(*)::int from information_schema.columns
        where table_schema = 'public' and table_name = 'm_a') as columns`,
    );
    expect(row).toMatchObject({ columns: 2 });
    expect(row?.timezone).not.toBe('Asia/Tokyo');
  });

  it('restores the session after a revision that fails', async () => {
    const up = `prepare p as select 1; set session_authorization = pg_monitor; select 1/0`;
    const alone = replayUp(shadow, [revision('1', up)]);
    await expect(alone).rejects.toMatchObject({ details: { reason: holding('division by zero') } });
    const inBatch = replayUp(shadow, [revision('1', 'create table one ()'), revision('2', up)]);
    await expect(inBatch).rejects.toMatchObject({ details: { reason: holding('division by zero') } });
    await replayUp(shadow, [revision('3', 'prepare p as select 1; create table two ()')]);
    expect(await tables()).toEqual(['one', 'two']);
  });

  it('leaves nothing behind after the shadow is emptied', async () => {
    await replayUp(shadow, [
      revision('1', "create schema shop; create table shop.item (id int); create type mood as enum ('calm');"),
      revision('2', 'set search_path to shop; create view things as select * from item;'),
    ]);
    await shadow.empty();
    const { schemas, enums, tables: left, definitions } = await shadow.catalog();
    expect([schemas.size, enums.size, left.size, definitions.size]).toEqual([0, 0, 0, 0]);
    await replayUp(shadow, [revision('1', 'create table one (id int);')]);
    expect(await tables()).toEqual(['one']);
  });
});
