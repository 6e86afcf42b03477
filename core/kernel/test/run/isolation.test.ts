import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { RevisionCode } from '../../src/contract/define-revision.ts';
import type { Session } from '../../src/db/session.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { applied, branch, exists, revision, sessionPerTest, settings, upgrade, type Outcome } from '../db/support.ts';

/** Runs revisions either in one upgrade, where they share transactions, or each in a separate upgrade. */
type Way = (session: Session, revisions: readonly Revision[]) => Promise<Outcome>;

const ways: readonly (readonly [string, Way])[] = [
  ['in one upgrade', (session, revisions) => upgrade(session, revisions)],
  [
    'one by one',
    async (session, revisions) => {
      let last: Outcome = { runId: '', applied: [], error: null };
      for (let n = 1; n <= revisions.length && last.error === null; n += 1) {
        last = await upgrade(session, revisions.slice(0, n));
      }
      return last;
    },
  ],
];

describe.each(databaseKinds)('a revision runs as if it were alone on %s', (kind) => {
  const current = sessionPerTest(kind);
  let session: Session;
  beforeEach(() => {
    session = current();
  });
  const value = async (text: string): Promise<unknown> =>
    Object.values((await session.query<Record<string, unknown>>(text))[0] ?? {})[0];

  describe.each(ways)('%s', (_, run) => {
    it('with all constraints enabled, even if an earlier revision disabled them', async () => {
      const { error } = await run(
        session,
        branch(
          'm',
          'set local session_replication_role = replica; create table p (id int primary key); create table c (id int references p)',
          'insert into c values (7)',
        ),
      );
      expect(error?.details).toMatchObject({ revision: 'm@0002', sqlState: '23503' });
      expect(await applied(session)).toEqual(['m@0001']);
    });

    it('with its own temporary tables, even if an earlier revision created some with the same names', async () => {
      const text = (own: string): string =>
        `create temp table keep on commit drop as select 1 as id; create table ${own} as select * from keep`;
      expect((await run(session, branch('m', text('m_a'), text('m_b')))).error).toBeNull();
      expect(await value('select count(*)::int from m_b')).toBe(1);
    });

    it('with the permanent table, even if an earlier revision created a temporary one with the same name', async () => {
      const a = revision({ id: 'a@0001', up: 'create table a_t (id int primary key)' });
      const b = revision({ id: 'b@0001', up: 'create temp table a_t as select 1 as id; create table b_x (id int)' });
      const c = revision({ id: 'c@0001', dependsOn: ['a@0001'], up: 'alter table a_t add column c_n int' });
      expect((await run(session, [a, b, c])).error).toBeNull();
      const found = await value(
        `select count(*)::int from information_schema.columns where table_schema = 'public' and column_name = 'c_n'`,
      );
      expect(found).toBe(1);
    });

    it('with the default settings, whatever an earlier revision set', async () => {
      const x = revision({ id: 'x@0001', up: `set timezone = 'Asia/Tokyo'; create table x_a (id int)` });
      const y = revision({
        id: 'y@0001',
        up: `create table y_a (at timestamptz); insert into y_a values ('2020-01-01 00:00')`,
      });
      expect((await run(session, [x, y])).error).toBeNull();
      expect(await value(`select (at at time zone 'UTC')::text from y_a`)).toBe(
        await value(`select ('2020-01-01 00:00'::timestamptz at time zone 'UTC')::text`),
      );
      expect(await value('show timezone')).not.toBe('Asia/Tokyo');
    });

    it('with the default settings, even if a trigger of the database sets one for every definition', async () => {
      await session.script(`create schema own;
        create function own.f() returns event_trigger language plpgsql
          as $$ begin perform set_config('timezone', 'Asia/Tokyo', false); end $$;
        create event trigger own_t on ddl_command_end execute function own.f()`);
      const x = revision({ id: 'x@0001', up: 'create table x_a (at timestamptz)' });
      const y = revision({ id: 'y@0001', dependsOn: ['x@0001'], up: 'create table y_b (id int)' });
      const z = revision({ id: 'x@0002', revises: 'x@0001', up: `insert into x_a values ('2020-01-01 00:00')` });
      try {
        expect((await run(session, [x, y, z])).error).toBeNull();
      } finally {
        await session.script('drop event trigger own_t; drop schema own cascade');
      }
      expect(await value('select at::text from x_a')).toBe(await value(`select '2020-01-01 00:00'::timestamptz::text`));
    });

    // Each definition names a function of PostgreSQL that acts on the session, and a later revision has it evaluated.
    it.each([
      ['a check, by a new type', 'alter table x_a alter column n type varchar(30)'],
      ['a check that is validated', 'alter table x_a validate constraint x_c'],
      ['a domain, by a new column', 'alter table x_a add column d x_d'],
      ['a domain, by a cast', 'alter table x_a add constraint x_e check (n::x_d is not null)'],
      ['an operator', 'alter table x_a add constraint x_e check (id === 7)'],
    ])('with the default settings and without locks, whatever is evaluated again: %s', async (_name, text) => {
      const defines = `create domain x_d as text default 'x' check (set_config('timezone', 'Asia/Tokyo', false) <> '');
        create operator === (function = pg_catalog.pg_try_advisory_lock, leftarg = int, rightarg = int);
        create table x_a (id int, n text check (set_config('timezone', n, false) <> ''));
        insert into x_a values (7, 'Asia/Tokyo');
        alter table x_a add constraint x_c check (set_config('timezone', n, false) <> '') not valid`;
      const x = branch('x', defines, text);
      const y = revision({ id: 'y@0001', dependsOn: ['x@0002'], up: 'create table y_a (id int)' });
      const z = revision({
        id: 'y@0002',
        revises: 'y@0001',
        up: `create table y_b as select current_setting('timezone') as timezone,
          (select count(*)::int from pg_locks where locktype = 'advisory' and classid = 7) as locks`,
      });
      expect((await run(session, [...x, y, z])).error).toBeNull();
      expect(await value('select timezone from y_b')).not.toBe('Asia/Tokyo');
      expect(await value('select locks from y_b')).toBe(0);
    });

    it('with the next numbers of sequences, even if a later revision fails', async () => {
      const { error } = await run(
        session,
        branch(
          'm',
          `create table m_a (id serial, n int generated always as identity); create type m_e as enum ('x')`,
          // The value is usable only after a commit, so a batch ends here.
          `alter type m_e add value 'y'`,
          'insert into m_a default values',
          'create table m_b (id int)',
          'alter table m_a add column s bigserial',
          'select 1/0',
        ),
      );
      expect(error?.details).toMatchObject({ revision: 'm@0006', sqlState: '22012' });
      expect(await session.query('select id, n, s::int from m_a')).toEqual([{ id: 1, n: 1, s: 1 }]);
    });

    it('with the rows of all earlier revisions in the ledger, and no others', async () => {
      const view = 'create view m_seen as select count(*)::int as n from kernel.ledger';
      const read = (own: string): string => `create table ${own} as select n from m_seen`;
      const { error } = await run(
        session,
        branch('m', view, 'create table m_a (id int)', 'create table m_b (id int)', read('m_c'), read('m_d')),
      );
      expect(error).toBeNull();
      expect(await session.query('select (select n from m_c) as c, (select n from m_d) as d')).toEqual([
        { c: 3, d: 4 },
      ]);
    });

    it('even after a revision that begins with the header of a dump', async () => {
      const header = `select pg_catalog.set_config('search_path', '', false); set check_function_bodies = false;`;
      const revisions = branch('m', `${header} create table public.m_b (id int)`, 'create table m_c (id int)');
      expect((await run(session, revisions)).error).toBeNull();
      expect(await exists(session, 'public.m_c')).toBe(true);
    });

    it('with the constraint modes of a new transaction', async () => {
      const { error } = await run(
        session,
        branch(
          'm',
          `create table p (id int primary key);
           create table c (id int references p deferrable initially deferred)`,
          'set constraints all immediate',
          'insert into c values (1); insert into p values (1)',
        ),
      );
      expect(error).toBeNull();
    });

    it('with the constraint modes of a new transaction, even for a constraint from dynamic SQL', async () => {
      const { error } = await run(
        session,
        branch(
          'm',
          `do $$ begin execute 'create table p (id int primary key)';
             execute 'create table c (id int references p defer' || 'rable initially deferred)'; end $$`,
          'set constraints all immediate',
          'insert into c values (1); insert into p values (1)',
        ),
      );
      expect(error).toBeNull();
    });

    it('with its deferred constraints checked before the session is restored', async () => {
      const { error } = await run(
        session,
        branch(
          'm',
          `create temp table t (id int primary key, up int references t deferrable initially deferred);
           insert into t values (1, 2), (2, 1); create table m_a as select * from t`,
          'create table m_b ()',
        ),
      );
      expect(error).toBeNull();
    });

    it('without the cursors, prepared statements, locks and notifications of an earlier one', async () => {
      const { error } = await run(
        session,
        branch(
          'm',
          `prepare p as select 1; declare c cursor with hold for select 1; listen somebody;
           select pg_advisory_lock(1); create temp sequence s; select nextval('s')`,
          `prepare p as select 2; declare c cursor with hold for select 2; create temp sequence s; create table m_a (id int)`,
        ),
      );
      expect(error).toBeNull();
      expect(await value('select count(*)::int from pg_prepared_statements')).toBe(0);
      expect(await value('select count(*)::int from pg_cursors')).toBeLessThan(2);
      expect(
        await value(`select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`),
      ).toBe(0);
      expect(await value('select count(*)::int from pg_listening_channels()')).toBe(0);
    });

    it('without the last value of a sequence, even of those of the ledger', async () => {
      const revisions = branch('m', 'create table m_a (id serial); insert into m_a default values', 'select lastval()');
      const { error } = await run(session, revisions);
      expect(error?.details).toMatchObject({ revision: 'm@0002', sqlState: '55000' });
    });

    it('as the user of the connection', async () => {
      const { error } = await run(
        session,
        branch('m', 'create table m_a (); set role pg_monitor', 'create table m_b (); set local role pg_monitor'),
      );
      expect(error).toBeNull();
      expect(await value('select current_user = session_user')).toBe(true);
      expect(
        await value(`select count(distinct tableowner)::int from pg_tables where tablename in ('m_a', 'm_b')`),
      ).toBe(1);
    });

    it('if its text is only a comment', async () => {
      expect((await run(session, branch('m', '-- nothing to do', 'create table m_a ()'))).error).toBeNull();
      expect(await applied(session)).toEqual(['m@0001', 'm@0002']);
    });
  });

  it('runs each revision of a shared transaction within its own time limit', async () => {
    const limited = branch('m', ...Array.from({ length: 3 }, () => 'select pg_sleep(0.25)'));
    const short = { ...settings, statementTimeout: 0.5 };
    expect((await upgrade(session, limited, { settings: short })).error).toBeNull();
  });

  it('restores the session after a code revision', async () => {
    const code = revision({
      id: 'm@0001',
      up: async ({ query, sql }) => {
        await query(sql`set timezone = 'Asia/Tokyo'`);
        await query(sql`create temp table keep (id int)`);
      },
    });
    expect((await upgrade(session, [code])).error).toBeNull();
    expect(await value('show timezone')).not.toBe('Asia/Tokyo');
    expect(await exists(session, 'keep')).toBe(false);
  });

  const leaving = `prepare p as select 1; select pg_advisory_lock(1); set session_authorization = pg_monitor`;
  it.each([
    ['a text', `${leaving}; select 1/0`],
    [
      'code',
      async ({ query, sql }) => {
        for (const text of [...leaving.split('; '), 'select 1/0']) await query({ ...sql``, text });
      },
    ],
  ] as const satisfies readonly (readonly [string, string | RevisionCode])[])(
    'restores the session after %s that fails',
    async (_, up) => {
      expect((await upgrade(session, [revision({ id: 'm@0001', up })])).error).toMatchObject({
        code: 'MIGRATION_FAILED',
      });
      expect(await value('select session_user::text')).toBe(session.user);
      expect(await value('select count(*)::int from pg_prepared_statements')).toBe(0);
      expect(
        await value(`select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`),
      ).toBe(0);
      expect((await upgrade(session, branch('m', 'create table m_a ()'))).error).toBeNull();
    },
  );

  it('reports a constraint that a code revision violates at its commit as a failure that was rolled back', async () => {
    const table = revision({
      id: 'm@0001',
      up: `create table p (id int primary key); create table c (id int references p deferrable initially deferred)`,
    });
    const code = revision({
      id: 'm@0002',
      revises: 'm@0001',
      up: async ({ query, sql }) => void (await query(sql`insert into c values (1)`)),
    });
    const { error } = await upgrade(session, [table, code]);
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { sqlState: '23503', applied: ['m@0001'] } });
    expect(error?.written).toBe('It was rolled back; the revision before it stays applied.');
  });

  it('keeps the revisions before one that fails in a shared transaction', async () => {
    const { error } = await upgrade(
      session,
      branch('m', 'create table a ()', 'create table b ()', 'create table b ()'),
    );
    expect(error?.details).toMatchObject({ revision: 'm@0003', applied: ['m@0001', 'm@0002'] });
    expect(error?.written).toBe('It was rolled back; the 2 revisions before it stay applied.');
    expect(await applied(session)).toEqual(['m@0001', 'm@0002']);
  });

  it('is refused if the ledger has lost its format, with a hint that repairs it', async () => {
    await upgrade(session, branch('m', 'create table a ()'));
    await session.script('delete from kernel.format');
    const { error } = await upgrade(session, branch('m', 'create table a ()', 'create table b ()'));
    expect(error).toMatchObject({ code: 'LEDGER_DAMAGED', exitCode: 15 });
    expect(error?.hint).toContain('insert into kernel.format values (2)');
    expect(await exists(session, 'b')).toBe(false);
  });
});
