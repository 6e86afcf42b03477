import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { digestOf, readDetails, readLedger, readLedgerUnless } from '../../src/ledger/ledger.ts';
import type { Session } from '../../src/db/session.ts';
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

  it('reads the ledger in the order of what was applied, wherever its rows are', async () => {
    await upgrade(session, two);
    // A row that is written anew comes last in the table.
    await session.script("update kernel.ledger set package = 'moved' where slug = '0001'");
    expect((await readLedger(session)).rows.map(({ id }) => id)).toEqual(['core@0001', 'core@0002']);
  });

  it('asks one query and writes nothing when nothing is pending', async () => {
    await upgrade(session, two);
    const { session: watched, calls } = counted(session);
    const result = await upgrade(watched, two);
    expect(result).toMatchObject({ applied: [], error: null });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/^select/);
  });

  it('is told by one query that the ledger holds just what it should, and reads no row', async () => {
    await upgrade(session, two);
    const { session: watched, calls } = counted(session);
    const plan = (): never => {
      throw new Error('a plan was asked for');
    };
    const result = await runSteps(watched, { known: two, plan, upToDate: digestOf(two.toReversed()) });
    expect(result).toMatchObject({ applied: [], error: null });
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['one more is pending', [...two, ...branch('likes', 'select 1')]],
    ['one fewer is known', two.slice(0, 1)],
    ['a text is another', branch('core', 'create table a (x int);', 'alter table a add column z int;')],
    ['none is known', []],
  ])('reads the rows by that same query where %s', async (_, known) => {
    await upgrade(session, two);
    const { session: watched, calls } = counted(session);
    const ledger = await readLedgerUnless(watched, digestOf(known));
    expect(ledger?.rows.map(({ id }) => id)).toEqual(['core@0001', 'core@0002']);
    expect(calls).toHaveLength(1);
  });

  it('reads an empty ledger whatever is expected of it', async () => {
    await upgrade(session, two);
    await session.script('delete from kernel.ledger');
    for (const known of [[], two]) {
      expect(await readLedgerUnless(session, digestOf(known))).toEqual({ format: 1, rows: [] });
    }
  });

  it('takes one round trip for a revision on a ledger that is in use', async () => {
    await upgrade(session, two);
    const { session: watched, calls } = counted(session);
    await upgrade(watched, [...two, ...branch('likes', 'create table l (x int)', 'create table m (x int)')]);
    const scripts = calls.filter((text) => text.startsWith('begin'));
    expect(scripts).toHaveLength(2);
    expect(calls.length - scripts.length).toBeLessThanOrEqual(2);
  });

  it('shares a transaction among revisions on an empty ledger, up to a hundred', async () => {
    const many = branch('core', ...Array.from({ length: 230 }, (_, i) => `create table t${i} ()`));
    const { session: watched, calls } = counted(session);
    const result = await upgrade(watched, many);
    expect(result.applied).toHaveLength(230);
    expect(calls.filter((text) => text.includes('json_to_recordset'))).toHaveLength(3);
  });

  it('rolls a failing revision back whole and keeps what was committed before it', async () => {
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

  it('names the failing revision inside a chunk, and keeps nothing of the chunk', async () => {
    const result = await upgrade(session, branch('core', 'create table a ()', 'select 1/0', 'create table b ()'));
    expect(result.applied).toEqual([]);
    expect(result.error?.details).toMatchObject({ revision: 'core@0002', sqlState: '22012' });
    expect(await applied(session)).toEqual([]);
    expect(await exists(session, 'a')).toBe(false);
  });

  it('does not tell of each revision of a chunk', async () => {
    const begun: string[] = [];
    const plan = branch('core', ...Array.from({ length: 60 }, () => 'select 1'));
    const result = await upgrade(session, plan, { observer: { begins: (step) => void begun.push(step.id) } });
    expect(result.applied).toHaveLength(60);
    expect(begun.length).toBeLessThan(30);
  });

  it('tells of the first revision of a chunk, and of those that begin a while later', async () => {
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
    ['search_path', 'create table half (); set search_path = pg_catalog'],
    ['the role', 'create table half (); set local role pg_monitor'],
  ])('refuses a revision that touches its envelope: %s', async (_, up) => {
    const result = await upgrade(session, branch('core', up));
    expect(result.error).toMatchObject({ code: 'ENVELOPE_VIOLATED', exitCode: 35 });
    expect(await exists(session, 'half')).toBe(false);
    expect(await applied(session)).toEqual([]);
  });

  it.each([
    ['a trailing comment', 'create table odd (x int) -- the end'],
    ['a block comment', 'create table odd (x int) /* the end */'],
    ['our own dollar tag', `create table odd (x text default '$hw$ $hw'); select $hw$ $$ $hw$`],
    ['quotes and backslashes', `create table odd (x text default E'it''s \\\\ "fine" \\n')`],
    ['letters beyond ASCII', `create table odd (x text default '𝔘ñï ☃')`],
  ])('runs text as it is: %s', async (_, up) => {
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

  it('runs a chunk one by one where it is too much for one transaction', async () => {
    const hidden = `do $$ begin execute 'alter type mood add ' || 'value ''bad'''; end $$`;
    const plan = branch('core', `create type mood as enum ('good')`, hidden, `select 'bad'::mood`);
    const result = await upgrade(session, plan);
    expect(result.error).toBeNull();
    expect(result.applied).toHaveLength(3);
  });

  it('passes over what another process has applied meanwhile', async () => {
    const plan = branch('core', 'create table a ()', 'create table b ()', 'create table c ()');
    await upgrade(session, plan.slice(0, 2));
    const result = await runSteps(session, {
      known: plan,
      // A plan from before the other process came: it still names all three.
      plan: () => plan.map(({ id }) => ({ id, direction: 'up' })),
    });
    expect(result).toMatchObject({ error: null, applied: [{ id: 'core@0003', direction: 'up' }] });
    expect(await applied(session)).toEqual(['core@0001', 'core@0002', 'core@0003']);
  });

  it('plans again where a dependency has gone since the plan was made', async () => {
    await upgrade(session, two);
    const needy = revision({ id: 'likes@0001', dependsOn: ['core@0009'], up: 'create table l ()' });
    let rounds = 0;
    const result = await runSteps(session, {
      known: [...two, needy],
      plan: () => (++rounds === 1 ? [{ id: needy.id, direction: 'up' }] : []),
    });
    expect(result).toMatchObject({ error: null, applied: [] });
    expect(rounds).toBe(2);
    expect(await exists(session, 'l')).toBe(false);
  });

  it('downgrades with the SQL of the ledger where the package is gone, leaving an event', async () => {
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

  it('knows a ledger of a newer format and leaves it alone', async () => {
    await upgrade(session, two);
    await session.script('update kernel.format set version = 99; alter table kernel.ledger rename raw to digest');
    await expect(readLedger(session)).rejects.toMatchObject({ code: 'LEDGER_FORMAT_NEWER', exitCode: 33 });
    await session.script('alter table kernel.ledger rename digest to raw');
    const result = await upgrade(session, branch('core', 'create table never ()'));
    expect(result.error).toMatchObject({ code: 'LEDGER_FORMAT_NEWER' });
    expect(await exists(session, 'never')).toBe(false);
  });
});
