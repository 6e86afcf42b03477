import { hostname } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../../../../test/helper/database.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { withSession } from '../../src/db/with-session.ts';
import { applied, branch, downgrade, revision, sessionPerTest, upgrade, type Sketch } from '../db/support.ts';
import { before, refusalOf, x2 } from './ownership-support.ts';

/** Effects through something that runs later or elsewhere. */
const indirect: readonly (readonly [name: string, sql: string, object: string])[] = [
  [
    'a function of its own',
    `create function x_f() returns void language plpgsql as $$ begin delete from likes_like; end $$; select x_f()`,
    'likes_like',
  ],
  [
    'a function that a default calls',
    `create function x_f() returns int language plpgsql as $$ begin delete from likes_like; return 1; end $$;
     alter table x_a alter column n set default x_f(); insert into x_a (id) values (9)`,
    'likes_like',
  ],
  [
    'a trigger of its own',
    `create function x_f() returns trigger language plpgsql as $$ begin delete from likes_like; return new; end $$;
     create trigger x_t after insert on x_a for each row execute function x_f(); insert into x_a (id) values (9)`,
    'likes_like',
  ],
  [
    'a deferred trigger of its own',
    `create function x_f() returns trigger language plpgsql as $$ begin delete from likes_like; return new; end $$;
     create constraint trigger x_t after insert on x_a deferrable initially deferred for each row execute function x_f();
     insert into x_a (id) values (9)`,
    'likes_like',
  ],
  [
    'a rule of its own',
    `create rule x_r as on insert to x_a do also delete from likes_like; insert into x_a (id) values (9)`,
    'likes_like',
  ],
  ['a procedure', `create procedure x_p() language sql as $$ delete from likes_like $$; call x_p()`, 'likes_like'],
  ['a prepared statement', `prepare x_s as delete from likes_like; execute x_s`, 'likes_like'],
  ['an updatable view', `create view x_v as select * from likes_like; delete from x_v`, 'likes_like'],
  [
    'a savepoint',
    `do $$ begin begin delete from likes_like; exception when others then null; end; end $$`,
    'likes_like',
  ],
  ['a search path', `set local search_path = core_space, public; delete from likes_like`, 'likes_like'],
  ['another role', `set local role pg_monitor; reset role; delete from likes_like`, 'likes_like'],
  ['drop … cascade', `drop type core_mood cascade`, 'core_mood'],
];

/** Statements that PostgreSQL runs outside a transaction only, and that therefore cannot be rolled back. */
const outside: readonly (readonly [sql: string, object: string])[] = [
  ['create index concurrently x_i on core_user (title)', 'index x_i of core_user'],
  ['drop index concurrently core_user_name', 'index core_user_name'],
];

/** Ways to set the sequence of another plugin back, so that it returns a number again. A rollback does not undo them. */
const setsBack: readonly (readonly [name: string, up: Sketch['up']])[] = [
  ['a plain statement', `select setval('core_user_id_seq', 1)`],
  ['a number that is not taken', `select setval('core_user_id_seq', 2, false)`],
  ['dynamic SQL', `do $$ begin execute 'select set' || 'val(''core_user_id_seq'', 1)'; end $$`],
  [
    'a function',
    `create function x_f() returns bigint language sql as $$ select setval('core_user_id_seq', 1) $$; select x_f()`,
  ],
  [
    'a default',
    `alter table x_a alter column n set default setval('core_user_id_seq', 1); insert into x_a (id) values (9)`,
  ],
  ['a restart', `do $$ begin execute 'alter sequence core_user_id_seq restart'; end $$`],
  [
    'an insert that takes a number first',
    `insert into core_user (name) values ('eve'); select setval('core_user_id_seq', 1)`,
  ],
  ['code', async ({ query, sql }) => void (await query(sql`select setval('core_user_id_seq', 1)`))],
];

/** Ordinary revisions, each of which must run. */
const legitimate: readonly string[] = [
  "update core_user set x_n = 7 where name = 'ada'",
  "update core_user set title = 'x'",
  'update core_user set x_n = 0; alter table core_user alter column x_n set default 3, alter column x_n set not null',
  'alter table core_user alter column x_n type bigint',
  'create index x_i on core_user (x_n)',
  'create index x_i on core_user (name, x_n)',
  'alter table core_user add constraint x_c check (x_n > 0)',
  'alter table core_user add column x_u uuid default gen_random_uuid()',
  'alter table core_user drop column x_n',
  'update core_user set x_n = 0; alter table core_user alter column x_n set not null; alter table core_user drop column x_n',
  'alter table core_user add column x_s serial; alter table core_user alter column x_s drop default, drop column x_s',
  'alter table core_user rename column x_n to x_m',
  `create function x_f() returns trigger language plpgsql as $$ begin new.x_n := 1; return new; end $$;
   create trigger x_t before update of x_n on core_user for each row execute function x_f(); update core_user set x_n = 2`,
  'create statistics x_s on x_n, name from core_user',
  "comment on column core_user.x_n is 'x'",
  'create table x_b (id int references likes_like (id), core int references core_user (id) on delete cascade)',
  'create view x_v as select u.name from core_user u join likes_like l on l.user_id = u.id',
  'create materialized view x_m as select * from likes_like; refresh materialized view x_m',
  'create temp table core_user (id int); insert into core_user values (1)',
  'create temp table keep on commit drop as select id from likes_like; insert into x_a select id + 50 from keep',
  'create table x_new (id int, n int); insert into x_new select id, n from x_a; drop table x_a; alter table x_new rename to x_a',
  'alter table x_a rename to x_z; insert into x_z (id) values (9)',
  'alter table x_a rename column n to m; update x_a set m = 1',
  'truncate x_a',
  'drop table x_a',
  "do $$ begin execute 'create table x_' || 'd (id int)'; insert into x_d values (1); drop table x_d; end $$",
  'create schema x_s; create table x_s.t (id int); insert into x_s.t values (1)',
  'delete from x_a',
  'lock table core_user in share mode; select * from core_user for update',
  'analyze core_user',
  "create type x_t as enum ('a'); alter table core_user add column x_e x_t; update core_user set x_e = 'a'",
  'create table x_p (k int) partition by list (k); create table x_p1 partition of x_p for values in (1); insert into x_p values (1)',
  'alter table core_part add column x_q int; create index x_i on core_part (x_q)',
  "insert into core_part (id, kind) values (1, 'a')",
  "select pg_catalog.set_config('search_path', '', false); create table public.x_b (id int)",
  "create sequence x_s; select nextval('x_s')",
  "create sequence x_s; select setval('x_s', 9); select setval('x_s', 1)",
  "insert into x_a select nextval('core_seq') + 10; select currval('core_seq')",
  "insert into core_user (name) values ('eve')",
  "insert into core_user (id, name) values (9, 'eve'); select setval('core_user_id_seq', 9)",
  'select * from pg_sequences; select last_value from core_user_id_seq',
  'create publication x_pub for table x_a',
  'grant select on x_a to public',
  'create table x_b (like likes_like including all)',
  'create table x_b as select * from likes_like',
];

describe.each(databaseKinds)('what a revision may not do, on %s,', (kind) => {
  // A refused revision leaves the database as it was, so one serves all.
  let session: Session;
  beforeAll(async () => {
    session = await openSession(await emptyDatabase(kind));
    expect((await upgrade(session, before)).error).toBeNull();
  });
  afterAll(() => session.close());

  it.each(indirect)('is refused through %s', async (_, sql, object) => {
    expect(await refusalOf(session, x2(sql))).toContain(object);
  });

  it.each(setsBack)('is to set the sequence of another plugin back, by %s', async (_, up) => {
    expect(await refusalOf(session, x2(up))).toMatch(
      /sets back sequence core_user_id_seq.*belongs to "core".*rolled back/,
    );
    // Inserts that were rolled back may have taken numbers.
    const [row] = await session.query<{ next: number }>(`select nextval('core_user_id_seq')::int as next`);
    expect(row?.next).toBeGreaterThan(2);
    await session.query(`select setval('core_user_id_seq', 2)`);
  });

  it.each(outside)('is refused outside a transaction: %s', async (sql, object) => {
    const second = revision({ id: 'x@0002', revises: 'x@0001', up: sql, transaction: false, check: 'select false' });
    const message = await refusalOf(session, second);
    expect(message).toContain(object);
    expect(message).toContain('It did not run; nothing was written.');
  });
});

describe.each(databaseKinds)('ownership at run time on %s', (kind) => {
  const current = sessionPerTest(kind);
  let session: Session;
  beforeEach(async () => {
    session = current();
    await session.script('drop schema if exists core_space, x_s cascade; drop publication if exists x_pub');
    expect((await upgrade(session, before)).error).toBeNull();
  });

  it.each(legitimate)('allows %s', async (sql) => {
    const { error } = await upgrade(session, [...before, x2(sql)]);
    expect(error).toBeNull();
  });

  it('refuses a down that touches what is not its own, and keeps the row', async () => {
    const second = x2('create table x_b (id int)', 'drop table x_b; delete from likes_like');
    const plan = [...before, second];
    expect((await upgrade(session, plan)).error).toBeNull();
    const { error } = await downgrade(session, [{ id: second.id, revision: second }], before);
    expect(error).toMatchObject({ code: 'OWNERSHIP_VIOLATED', details: { direction: 'down', revision: 'x@0002' } });
    expect(await applied(session)).toEqual(plan.map(({ id }) => id));
  });

  it('is checked even if the server does not count rows by default, and refused if it turns that off', async () => {
    await session.script('set track_counts = off');
    expect(await refusalOf(session, x2("do $$ begin execute 'delete from likes' || '_like'; end $$"))).toContain(
      'likes_like',
    );
    const hiding = x2('set local track_counts = off; do $$ begin delete from likes_like; end $$');
    await session.script('set track_counts = on');
    expect((await upgrade(session, [...before, hiding])).error).toMatchObject({
      code: 'ENVELOPE_VIOLATED',
      exitCode: 35,
    });
    expect(await applied(session)).toEqual(before.map(({ id }) => id));
  });

  it('allows a deliberate exception that a comment in the SQL explains, but none in the ledger', async () => {
    const comment = '-- headwater-lint: allow foreign-object: likes agreed to it\n';
    expect(await refusalOf(session, x2(`-- headwater-lint: allow foreign-object:\ndelete from likes_like`))).toContain(
      'likes_like',
    );
    expect(await refusalOf(session, x2(`${comment}delete from likes_like; delete from kernel.ledger`))).toContain(
      'kernel.ledger',
    );
    expect((await upgrade(session, [...before, x2(`${comment}delete from likes_like`)])).error).toBeNull();
  });

  it('lets a plugin delete what others refer to with an action, and counts their triggers as theirs', async () => {
    const cascade = revision({ id: 'core@0009', revises: 'core@0004', up: 'delete from core_user where id = 1' });
    expect((await upgrade(session, [...before, cascade])).error).toBeNull();
    expect(await session.query('select count(*)::int as n from likes_like')).toEqual([{ n: 1 }]);
    const audit = revision({
      id: 'core@0010',
      revises: 'core@0009',
      up: `create function core_audit() returns trigger language plpgsql as $$ begin insert into core_log values ('x'); return new; end $$;
        create trigger core_t after update on core_user for each row execute function core_audit()`,
    });
    const own = x2('update core_user set x_n = 5');
    expect((await upgrade(session, [...before, cascade, audit, own])).error).toBeNull();
    expect(await session.query('select count(*)::int as n from core_log')).toEqual([{ n: 1 }]);
  });

  it('records the objects of each revision, whether they were read or observed', async () => {
    const read = x2('create table x_b (id int); alter table x_a rename column n to m');
    const observed = revision({
      id: 'x@0003',
      revises: 'x@0002',
      up: "do $$ begin execute 'create table x_c (id int)'; execute 'alter table x_a drop column m'; end $$",
    });
    expect((await upgrade(session, [...before, read, observed])).error).toBeNull();
    const rows = await session.query(
      `select slug, objects from kernel.ledger where plugin = 'x' and slug > '0001' order by seq`,
    );
    const nothing = { created: [], changed: [], dropped: [], renamed: [] };
    expect(rows).toEqual([
      {
        slug: '0002',
        objects: {
          ...nothing,
          created: [
            ['table', 'x_b'],
            ['column', 'id', 'x_b'],
          ],
          renamed: [
            [
              ['column', 'n', 'x_a'],
              ['column', 'm', 'x_a'],
            ],
          ],
        },
      },
      {
        slug: '0003',
        objects: {
          ...nothing,
          created: [
            ['table', 'x_c'],
            ['column', 'id', 'x_c'],
          ],
          dropped: [['column', 'm', 'x_a']],
        },
      },
    ]);
  });

  it('records each run with its host, version and outcome', async () => {
    const { error, runId } = await upgrade(session, [...before, x2('delete from likes_like')]);
    expect(error).not.toBeNull();
    const runs = await session.query(
      'select kind, host = $1 as "here", kernel_version ~ $2 as known, ended_at >= started_at as ended, outcome, error from kernel.run order by started_at',
      [hostname(), '^\\d+\\.\\d+'],
    );
    const common = { kind: 'upgrade', here: true, known: true, ended: true };
    expect(runs).toEqual([
      { ...common, outcome: 'done', error: null },
      { ...common, outcome: 'failed', error: 'OWNERSHIP_VIOLATED' },
    ]);
    expect(runId).not.toBe('');
  });
});

it('is refused if rows are not counted and the role may not change that', async () => {
  const target = await emptyDatabase('postgres');
  await withSession(target, async ({ script, query }) => {
    const [row] = await query<{ name: string }>('select current_database() as name');
    await script(`create role uncounted login password 'secret'; alter role uncounted set track_counts = off;
      grant all on database "${row?.name}" to uncounted; grant all on schema public to uncounted`);
  });
  onTestFinished(() =>
    withSession(target, ({ script }) => script('drop owned by uncounted cascade; drop role uncounted')),
  );
  const url = new URL(urlOf(target));
  [url.username, url.password] = ['uncounted', 'secret'];
  await withSession({ ...target, url: url.href } as typeof target, async (session) => {
    const { error } = await upgrade(session, branch('m', "do $$ begin execute 'create table m_a (id int)'; end $$"));
    expect(error).toMatchObject({ code: 'ROW_COUNTS_OFF', exitCode: 22 });
  });
});
