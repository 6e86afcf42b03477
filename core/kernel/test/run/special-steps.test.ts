import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { RevisionCode } from '../../src/contract/define-revision.ts';
import type { Session } from '../../src/db/session.ts';
import { applied, branch, downgrade, exists, revision, sessionPerTest, settings, upgrade } from '../db/support.ts';

describe.each(databaseKinds)('a code revision on %s', (kind) => {
  const current = sessionPerTest(kind);
  let session: Session;
  const setup = branch('core', 'create table a (x int)');
  beforeEach(async () => {
    session = current();
    await upgrade(session, setup);
  });

  const run = (up: RevisionCode, down?: RevisionCode): ReturnType<typeof upgrade> =>
    upgrade(session, [revision({ id: 'core@0002', revises: 'core@0001', up, ...(down && { down }) })]);

  it('runs queries with bound values in the transaction that writes its row', async () => {
    const result = await run(async ({ query, sql }) => {
      const [row] = await query<{ n: number }>(sql`select ${20} + ${22}::int as n`);
      await query(sql`insert into a values (${row?.n})`);
    });
    expect(result.error).toBeNull();
    expect(await session.query('select x from a')).toEqual([{ x: 42 }]);
    expect(await applied(session)).toEqual(['core@0001', 'core@0002']);
  });

  it('is rolled back completely if its function throws', async () => {
    const result = await run(async ({ query, sql }) => {
      await query(sql`insert into a values (1)`);
      throw new Error('changed my mind');
    });
    expect(result.error).toMatchObject({ code: 'MIGRATION_FAILED', details: { reason: 'changed my mind' } });
    expect(await session.query('select x from a')).toEqual([]);
    expect(await applied(session)).toEqual(['core@0001']);
  });

  it.each([
    'commit',
    ';commit',
    '; -- sly\n ;end',
    ' /* sly */ ROLLBACK',
    '-- sly\nbegin',
    'savepoint s',
    'set role postgres',
    'discard all',
  ])('may not run "%s"', async (text) => {
    const result = await run(async ({ query, sql }) => {
      await query(sql`insert into a values (1)`);
      await query({ ...sql``, text });
    });
    expect(result.error).toMatchObject({ code: 'ENVELOPE_VIOLATED', exitCode: 35 });
    expect(await session.query('select x from a')).toEqual([]);
  });

  it('may run only one statement per call', async () => {
    const result = await run(async ({ query, sql }) => {
      await query(sql`insert into a values (1); insert into a values (2)`);
    });
    expect(result.error).toMatchObject({ code: 'MIGRATION_FAILED', details: { sqlState: '42601' } });
    expect(await session.query('select x from a')).toEqual([]);
  });

  it('fails if a statement failed, even if its function ignores the error', async () => {
    const result = await run(async ({ query, sql }) => {
      await query(sql`select 1/0`).catch(() => {});
    });
    expect(result.error).toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(await applied(session)).toEqual(['core@0001']);
  });

  it('may not query after its function has returned', async () => {
    let late = async (): Promise<unknown> => null;
    const result = await run(({ query, sql }) => {
      late = () => query(sql`insert into a values (1)`);
    });
    expect(result.error).toBeNull();
    await expect(late()).rejects.toMatchObject({
      code: 'ENVELOPE_VIOLATED',
      message: expect.stringContaining('this query did not run') as string,
      written: 'The revision and its ledger row are committed.',
    });
  });

  it('may not query after it was rolled back', async () => {
    let late = async (): Promise<unknown> => null;
    await run(({ query, sql }) => {
      late = () => query(sql`insert into a values (1)`);
      throw new Error('changed my mind');
    });
    await expect(late()).rejects.toMatchObject({ written: expect.stringContaining('rolled back') as string });
    expect(await session.query('select x from a')).toEqual([]);
  });

  it.each(['commit', 'commit; begin', 'rollback', 'rollback; begin'])(
    'gets no row, and no claim of a rollback, if "%s" slips through and the function returns',
    async (text) => {
      const result = await run(async ({ query, sql }) => {
        await query(sql`insert into a values (1)`);
        await session.script(text);
        await query(sql`insert into a values (2)`);
      });
      expect(result.error).toMatchObject({ code: 'ENVELOPE_VIOLATED', details: { outcome: 'unknown' } });
      expect(result.error?.written).toContain('may be committed');
      expect(result.error?.written).not.toMatch(/rolled back|nothing was written/);
      expect(await applied(session)).toEqual(['core@0001']);
    },
  );

  it.each(['commit', 'commit; begin', 'rollback'])(
    'is not said to be rolled back if "%s" slips through and the function throws',
    async (text) => {
      const result = await run(async ({ query, sql }) => {
        await query(sql`insert into a values (1)`);
        await session.script(text);
        throw new Error('changed my mind');
      });
      expect(result.error).toMatchObject({ code: 'ENVELOPE_VIOLATED', details: { outcome: 'unknown' } });
    },
  );

  it('is not reported as rolled back if it commits before a statement fails', async () => {
    const result = await run(async ({ query, sql }) => {
      await query(sql`insert into a values (1)`);
      await session.script('commit; begin');
      await query(sql`select 1/0`);
    });
    expect(result.error).toMatchObject({ code: 'ENVELOPE_VIOLATED', details: { outcome: 'unknown' } });
    expect(await session.query('select x from a')).toEqual([{ x: 1 }]);
  });

  it('ends with its time limit if its function never settles, and releases the lock', async () => {
    let late = async (): Promise<unknown> => null;
    const hanging = revision({
      id: 'core@0002',
      revises: 'core@0001',
      up: async ({ query, sql }) => {
        await query(sql`insert into a values (1)`);
        late = () => query(sql`insert into a values (1)`);
        await new Promise(() => {});
      },
    });
    const began = performance.now();
    const result = await upgrade(session, [hanging], { settings: { ...settings, codeTimeout: 0.2 } });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(result.error).toMatchObject({ code: 'CODE_TIMEOUT', exitCode: 31, details: { revision: 'core@0002' } });
    expect(result.error?.message).toContain('plugin "core"');
    expect(result.error?.written).toBe('It was rolled back; nothing was written.');
    await expect(late()).rejects.toMatchObject({ code: 'ENVELOPE_VIOLATED' });
    expect(await session.query('select x from a')).toEqual([]);
    expect(await applied(session)).toEqual(['core@0001']);
    expect((await run(() => {})).error).toBeNull();
  });

  it('ends with its time limit if its function queries forever', async () => {
    const looping = revision({
      id: 'likes@0001',
      dependsOn: ['core@0001'],
      up: async ({ query, sql }) => {
        for (;;) await query(sql`insert into a values (1)`);
      },
    });
    const result = await upgrade(session, [looping], { settings: { ...settings, codeTimeout: 0.2 } });
    expect(result.error).toMatchObject({ code: 'CODE_TIMEOUT', details: { revision: 'likes@0001' } });
    expect(await session.query('select x from a')).toEqual([]);
  });

  it('is reverted by its own code', async () => {
    const r = revision({
      id: 'core@0002',
      up: async ({ query, sql }) => void (await query(sql`insert into a values (7)`)),
      down: async ({ query, sql }) => void (await query(sql`delete from a where x = ${7}`)),
    });
    await upgrade(session, [r]);
    expect((await downgrade(session, [{ id: r.id, revision: r }], setup)).error).toBeNull();
    expect(await session.query('select x from a')).toEqual([]);
    expect(await applied(session)).toEqual(['core@0001']);
  });
});

describe.each(databaseKinds)('a revision outside a transaction on %s', (kind) => {
  const current = sessionPerTest(kind);
  let session: Session;
  const setup = branch('core', 'create table a (x int); insert into a select generate_series(1, 50)');
  const check = `select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('a_x')), false)`;
  const index = (unique = ''): ReturnType<typeof revision> =>
    revision({
      id: 'core@0002',
      revises: 'core@0001',
      up: `create ${unique} index concurrently if not exists a_x on a (x)`,
      down: 'drop index concurrently a_x',
      transaction: false,
      check,
    });
  const isValid = async (): Promise<boolean> =>
    Object.values((await session.query<Record<string, unknown>>(check))[0] ?? {})[0] === true;

  beforeEach(async () => {
    session = current();
    await upgrade(session, setup);
  });

  it('takes effect and gets a ledger row', async () => {
    expect((await upgrade(session, [...setup, index()])).error).toBeNull();
    expect(await isValid()).toBe(true);
    expect(await applied(session)).toEqual(['core@0001', 'core@0002']);
    const r = index();
    expect((await downgrade(session, [{ id: r.id, revision: r }], setup)).error).toBeNull();
    expect(await exists(session, 'a_x')).toBe(false);
  });

  it.each([
    ['and drops its index', 'drop index concurrently a_x', false],
    ['and builds the index that it dropped', 'create index concurrently a_y on a (x)', false],
    ['even if it cannot be checked', 'reindex table concurrently a', false],
    ['and not again if it ran before a crash', 'drop index concurrently a_x', true],
    ['and builds no index again', 'create index concurrently a_y on a (x)', true],
  ])('is reverted with the SQL in the ledger if its package is missing, %s', async (_, down, ran) => {
    const r = { ...index(), down: { kind: 'sql', text: down } } as const;
    expect((await upgrade(session, [...setup, r])).error).toBeNull();
    if (ran) await session.query(down);
    expect((await downgrade(session, [{ id: r.id, revision: null }])).error).toBeNull();
    expect(await applied(session)).toEqual(['core@0001']);
    expect(await exists(session, 'a_x')).toBe(!down.startsWith('drop'));
    expect(await exists(session, 'a_y')).toBe(down.startsWith('create'));
  });

  it('gets a row without running again if its check shows that it ran before a crash', async () => {
    await session.query('create index concurrently a_x on a (x)');
    const [before] = await session.query(`select 'a_x'::regclass::oid as oid`);
    expect((await upgrade(session, [...setup, index()])).error).toBeNull();
    expect(await session.query(`select 'a_x'::regclass::oid as oid`)).toEqual([before]);
    expect(await applied(session)).toEqual(['core@0001', 'core@0002']);
  });

  it('replaces the invalid index that a crashed build left', async () => {
    await session.script('insert into a values (1)');
    await session.query('create unique index concurrently a_x on a (x)').catch(() => {});
    expect(await exists(session, 'a_x')).toBe(true);
    expect(await isValid()).toBe(false);
    await session.script('delete from a where ctid in (select max(ctid) from a where x = 1)');
    expect((await upgrade(session, [...setup, index('unique')])).error).toBeNull();
    expect(await isValid()).toBe(true);
  });

  it('gets no row if it fails, and the error explains why', async () => {
    await session.script('insert into a values (1)');
    const result = await upgrade(session, [...setup, index('unique')]);
    expect(result.error).toMatchObject({ code: 'MIGRATION_FAILED', details: { sqlState: '23505' } });
    expect(await applied(session)).toEqual(['core@0001']);
    await session.script('delete from a where ctid in (select max(ctid) from a where x = 1)');
    expect((await upgrade(session, [...setup, index('unique')])).error).toBeNull();
    expect(await isValid()).toBe(true);
  });

  it('drops the invalid index of a failed build, and does not claim that everything was rolled back', async () => {
    await session.script('insert into a values (1)');
    const { error } = await upgrade(session, [...setup, index('unique')]);
    expect(await exists(session, 'a_x')).toBe(false);
    expect(error?.details).toMatchObject({ outside: { leftover: { index: 'a_x', dropped: true } } });
    expect(error?.written).toContain('outside a transaction');
    expect(error?.written).toContain('the invalid index a_x, which was dropped');
    expect(error?.written).not.toMatch(/rolled back|nothing was written/);
  });

  it('does not claim a rollback if its statement fails', async () => {
    const r = revision({ id: 'core@0002', revises: 'core@0001', up: 'vacuum b', transaction: false });
    const { error } = await upgrade(session, [...setup, r]);
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { outside: { leftover: null } } });
    expect(error?.written).not.toMatch(/rolled back|nothing was written/);
  });

  it('is incomplete if its check returns false after it ran', async () => {
    const r = revision({
      id: 'core@0002',
      revises: 'core@0001',
      up: 'vacuum a',
      transaction: false,
      check: 'select false',
    });
    const result = await upgrade(session, [...setup, r]);
    expect(result.error).toMatchObject({ code: 'STEP_INCOMPLETE', exitCode: 32 });
    expect(await applied(session)).toEqual(['core@0001']);
  });
});
