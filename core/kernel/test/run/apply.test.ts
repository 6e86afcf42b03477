import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { ledgerDigest, readDetails, readLedger, readLedgerUnlessEqual } from '../../src/ledger/ledger.ts';
import type { Session } from '../../src/db/session.ts';
import type { RunStep } from '../../src/run/run-context.ts';
import {
  applied,
  branch,
  counted,
  downgrade,
  exists,
  revision,
  runSteps,
  sessionPerTest,
  upgrade,
} from '../db/support.ts';

describe.each(databaseKinds)('applying a plan on %s', (kind) => {
  const current = sessionPerTest(kind);
  let session: Session;
  beforeEach(() => {
    session = current();
  });

  const two = branch('core', 'create table a (x int);', 'alter table a add column y int;');

  it('runs revisions in order and writes a row for each', async () => {
    const result = await upgrade(session, two);
    expect(result.error).toBeNull();
    expect(result.applied).toEqual([
      { id: 'core@0001', direction: 'up' },
      { id: 'core@0002', direction: 'up' },
    ]);
    expect(await applied(session)).toEqual(['core@0001', 'core@0002']);
    const details = await readDetails(session);
    expect(details[1]).toMatchObject({ up: 'alter table a add column y int;', package: 'plugin-core' });
    expect(details[1]?.appliedAt).toBeInstanceOf(Date);
  });

  it('reads the ledger in application order, wherever its rows are stored', async () => {
    await upgrade(session, two);
    // PostgreSQL moves an updated row to the end of the table.
    await session.script("update kernel.ledger set package = 'moved' where slug = '0001'");
    expect((await readLedger(session)).rows.map(({ id }) => id)).toEqual(['core@0001', 'core@0002']);
  });

  it('runs one query and writes nothing when nothing is pending', async () => {
    await upgrade(session, two);
    const { session: watched, calls } = counted(session);
    const result = await upgrade(watched, two);
    expect(result).toMatchObject({ applied: [], error: null });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/^select/);
  });

  it('learns from one query that the ledger is up to date, without reading a row', async () => {
    await upgrade(session, two);
    const { session: watched, calls } = counted(session);
    const plan = (): never => {
      throw new Error('nothing should be planned');
    };
    const result = await runSteps(watched, { known: two, plan, upToDate: ledgerDigest(two.toReversed()) });
    expect(result).toMatchObject({ applied: [], error: null });
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['another revision is pending', [...two, ...branch('likes', 'select 1')]],
    ['the code has one revision less', two.slice(0, 1)],
    ['the text of a revision differs', branch('core', 'create table a (x int);', 'alter table a add column z int;')],
    ['the code has no revisions', []],
  ])('reads the rows with the same query if %s', async (_, known) => {
    await upgrade(session, two);
    const { session: watched, calls } = counted(session);
    const ledger = await readLedgerUnlessEqual(watched, ledgerDigest(known));
    expect(ledger?.rows.map(({ id }) => id)).toEqual(['core@0001', 'core@0002']);
    expect(calls).toHaveLength(1);
  });

  it('reads an empty ledger as empty, regardless of the code', async () => {
    await upgrade(session, two);
    await session.script('delete from kernel.ledger');
    for (const known of [[], two]) {
      expect(await readLedgerUnlessEqual(session, ledgerDigest(known))).toEqual({ format: 2, rows: [] });
    }
  });

  it('makes one round trip per revision if the ledger has rows', async () => {
    await upgrade(session, two);
    const { session: watched, calls } = counted(session);
    await upgrade(watched, [...two, ...branch('likes', 'create table l (x int)', 'create table m (x int)')]);
    const scripts = calls.filter((text) => text.includes('insert into "kernel".ledger'));
    expect(scripts).toHaveLength(2);
    // The ledger, its completeness, the owners, the end of the run, and up to three checks of the server.
    expect(calls.length - scripts.length).toBeLessThanOrEqual(7);
  });

  it('runs up to a hundred revisions per transaction if the ledger is empty', async () => {
    const many = branch('core', ...Array.from({ length: 230 }, (_, i) => `create table t${i} ()`));
    const { session: watched, calls } = counted(session);
    const result = await upgrade(watched, many);
    expect(result.applied).toHaveLength(230);
    expect(calls.filter((text) => text.includes('execute texts['))).toHaveLength(3);
  });

  it('completely rolls back a failing revision and keeps the earlier ones', async () => {
    await upgrade(session, two);
    const plan = [
      ...two,
      ...branch('likes', 'create table fine (x int)', 'create table half (x int);\nselect 1;\ncreate tabel broken ()'),
    ];
    const result = await upgrade(session, plan);
    expect(result.applied).toEqual([{ id: 'likes@0001', direction: 'up' }]);
    expect(result.error).toMatchObject({ code: 'MIGRATION_FAILED', exitCode: 31 });
    expect(result.error?.details).toMatchObject({
      revision: 'likes@0002',
      sqlState: '42601',
      line: 3,
      statement: 'create tabel broken ()',
      applied: ['likes@0001'],
    });
    expect(result.error?.written).toContain('rolled back');
    expect(await exists(session, 'half')).toBe(false);
    expect(await applied(session)).toEqual(['core@0001', 'core@0002', 'likes@0001']);
  });

  it('names the revision that fails in a shared transaction, and keeps the revisions before it', async () => {
    const result = await upgrade(session, branch('core', 'create table a ()', 'select 1/0', 'create table b ()'));
    expect(result.applied).toEqual([{ id: 'core@0001', direction: 'up' }]);
    expect(result.error?.details).toMatchObject({ revision: 'core@0002', sqlState: '22012', applied: ['core@0001'] });
    expect(result.error?.written).toBe('It was rolled back; the revision before it stays applied.');
    expect(await applied(session)).toEqual(['core@0001']);
    expect(await exists(session, 'a')).toBe(true);
  });

  it('reports which revisions were reverted if one on the way down fails', async () => {
    const [a, b] = [
      revision({ id: 'core@0001', up: 'create table a ()', down: 'select 1/0' }),
      revision({ id: 'core@0002', revises: 'core@0001', up: 'create table b ()', down: 'drop table b' }),
    ];
    await upgrade(session, [a, b]);
    const result = await downgrade(
      session,
      [b, a].map((one) => ({ id: one.id, revision: one })),
    );
    expect(result.applied).toEqual([{ id: 'core@0002', direction: 'down' }]);
    expect(result.error?.written).toBe('It was rolled back; the revision before it stays reverted.');
  });

  it('does not report every revision of a shared transaction', async () => {
    const begun: string[] = [];
    const plan = branch('core', ...Array.from({ length: 60 }, () => 'select 1'));
    const result = await upgrade(session, plan, { observer: { begins: (step) => void begun.push(step.id) } });
    expect(result.applied).toHaveLength(60);
    expect(begun.length).toBeLessThan(30);
  });

  it('reports the first revision of a shared transaction, and others that begin some time later', async () => {
    const begun: string[] = [];
    const begins = (step: { readonly id: string }, position: number, total: number): void => {
      begun.push(`${step.id} ${position}/${total}`);
    };
    const plan = branch('core', 'create table a ()', 'select pg_sleep(0.2)', 'create table b ()');
    const result = await upgrade(session, plan, { observer: { begins } });
    expect(result.applied.map(({ id }) => id)).toEqual(['core@0001', 'core@0002', 'core@0003']);
    expect(begun).toEqual(expect.arrayContaining(['core@0001 1/3', 'core@0003 3/3']));
  });

  it.each([
    ['commit', 'create table half (); commit; select 1'],
    ['rollback', 'create table half (); rollback'],
    ['end', 'create table half (); end'],
    ['a savepoint', 'create table half (); savepoint s'],
    ['a nested block that commits', 'create table half (); do $$ begin commit; end $$'],
  ])('rejects a revision that tries to end its transaction: %s', async (_, up) => {
    const result = await upgrade(session, branch('core', up));
    expect(result.error).toMatchObject({ code: 'ENVELOPE_VIOLATED', exitCode: 35 });
    expect(await exists(session, 'half')).toBe(false);
    expect(await applied(session)).toEqual([]);
  });

  it.each([
    ['a trailing comment', 'create table odd (x int) -- the end'],
    ['a block comment', 'create table odd (x int) /* the end */'],
    ['the dollar tag of the kernel', `create table odd (x text default '$hw$ $hw'); select $hw$ $$ $hw$`],
    ['quotes and backslashes', `create table odd (x text default E'it''s \\\\ "fine" \\n')`],
    ['letters beyond ASCII', `create table odd (x text default '𝔘ñï ☃')`],
  ])('runs text unchanged: %s', async (_, up) => {
    const result = await upgrade(session, branch('core', up));
    expect(result.error).toBeNull();
    expect(await exists(session, 'odd')).toBe(true);
    expect((await readDetails(session))[0]?.up).toBe(up);
  });

  it('explains a statement that cannot run in a transaction', async () => {
    const up = 'create table c (x int); create index concurrently c_x on c (x)';
    const result = await upgrade(session, branch('core', up));
    expect(result.error).toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(result.error?.message).toContain('transaction: false');
  });

  it('commits a new enum value before the revision that uses it', async () => {
    const plan = branch(
      'core',
      `create type mood as enum ('good'); create table m (x mood)`,
      `alter type mood add value 'bad'`,
      `insert into m values ('bad')`,
    );
    expect((await upgrade(session, plan)).error).toBeNull();
    expect(await applied(session)).toHaveLength(3);
  });

  it('runs revisions one by one if they cannot share a transaction', async () => {
    const hidden = `do $$ begin execute 'alter type mood add ' || 'value ''bad'''; end $$`;
    const plan = branch('core', `create type mood as enum ('good')`, hidden, `select 'bad'::mood`);
    const result = await upgrade(session, plan);
    expect(result.error).toBeNull();
    expect(result.applied).toHaveLength(3);
  });

  it('skips revisions that another process has applied in the meantime', async () => {
    const plan = branch('core', 'create table a ()', 'create table b ()', 'create table c ()');
    await upgrade(session, plan.slice(0, 2));
    const result = await runSteps(session, {
      known: plan,
      // A plan made before the other process ran, so it still contains all three.
      plan: () => plan.map(({ id }) => ({ id, direction: 'up' })),
    });
    expect(result).toMatchObject({ error: null, applied: [{ id: 'core@0003', direction: 'up' }] });
    expect(await applied(session)).toEqual(['core@0001', 'core@0002', 'core@0003']);
  });

  it('counts a revision as applied if another process has applied its squash in the meantime', async () => {
    const squash = revision({
      id: 'core@0001_squash',
      replaces: two.map(({ id }) => id),
      up: 'create table a (x int)',
    });
    await upgrade(session, [squash]);
    const dependent = revision({ id: 'likes@0001', dependsOn: ['core@0002'], up: 'create table l ()' });
    // The plan was made before the other process ran. It is empty if it is made again.
    const run = (id: string) => {
      const steps: RunStep[] = [{ id, direction: 'up' }];
      return runSteps(session, { known: [...two, dependent], plan: () => steps.splice(0) });
    };
    expect(await run('likes@0001')).toMatchObject({ error: null, applied: [{ id: 'likes@0001' }] });
    expect(await run('core@0001')).toMatchObject({ error: null, applied: [] });
  });

  it('plans again if a dependency was reverted after the plan was made', async () => {
    await upgrade(session, two);
    const dependent = revision({ id: 'likes@0001', dependsOn: ['core@0009'], up: 'create table l ()' });
    let rounds = 0;
    const result = await runSteps(session, {
      known: [...two, dependent],
      plan: () => (++rounds === 1 ? [{ id: dependent.id, direction: 'up' }] : []),
    });
    expect(result).toMatchObject({ error: null, applied: [] });
    expect(rounds).toBe(2);
    expect(await exists(session, 'l')).toBe(false);
  });

  it('downgrades with the SQL in the ledger if the package is missing, and writes an event', async () => {
    const r = revision({ id: 'likes@0001', up: 'create table l (x int)', down: 'drop table l' });
    await upgrade(session, [r]);
    const result = await downgrade(session, [{ id: r.id, revision: null }]);
    expect(result).toMatchObject({ error: null, applied: [{ id: 'likes@0001', direction: 'down' }] });
    expect(await exists(session, 'l')).toBe(false);
    expect(await applied(session)).toEqual([]);
    const events = await session.query<{ kind: string; row: { up: string } }>('select kind, row from kernel.event');
    expect(events).toMatchObject([{ kind: 'downgrade', row: { up: 'create table l (x int)' } }]);
    expect((await upgrade(session, [r])).error).toBeNull();
  });

  it('does not call the ledger damaged if the statement that writes to it is cancelled', async () => {
    await upgrade(session, two);
    await session.script(`create function kernel.cancel() returns trigger language plpgsql
        as $$ begin raise 'cancelled' using errcode = 'query_canceled'; end $$;
      create trigger cancel before insert on kernel.ledger for each row execute function kernel.cancel()`);
    const { error } = await upgrade(session, [...two, ...branch('likes', 'create table never ()')]);
    expect(error).toMatchObject({ code: 'DATABASE_QUERY_FAILED', details: { reason: 'cancelled', sqlState: '57014' } });
    expect(await exists(session, 'never')).toBe(false);
  });

  it('rejects a ledger with a newer format and leaves it unchanged', async () => {
    await upgrade(session, two);
    await session.script(
      'update kernel.format set version = 99, least_reader = 99; alter table kernel.ledger rename raw to digest',
    );
    await expect(readLedger(session)).rejects.toMatchObject({ code: 'LEDGER_FORMAT_NEWER', exitCode: 33 });
    await session.script('alter table kernel.ledger rename digest to raw');
    const result = await upgrade(session, branch('core', 'create table never ()'));
    expect(result.error).toMatchObject({ code: 'LEDGER_FORMAT_NEWER' });
    expect(await exists(session, 'never')).toBe(false);
  });

  it('reads a ledger with a newer format that this kernel can still read, but writes nothing to it', async () => {
    await upgrade(session, two);
    await session.script('update kernel.format set version = 3; alter table kernel.ledger add column more text');
    for (const upToDate of [null, ledgerDigest(two)]) {
      expect(await upgrade(session, two, { upToDate })).toMatchObject({ error: null, applied: [] });
    }
    const result = await upgrade(session, [...two, ...branch('likes', 'create table never ()')]);
    expect(result.error).toMatchObject({ code: 'LEDGER_FORMAT_NEWER', exitCode: 33 });
    expect(await exists(session, 'never')).toBe(false);
    expect(await session.query('select count(*)::int as n from kernel.run')).toEqual([{ n: 1 }]);
  });
});
