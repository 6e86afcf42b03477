import { describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { ownStatementTimeout } from '../../src/run/own-limits.ts';
import { branch, revision, settings, upgrade } from '../db/support.ts';

describe('the statement timeout that a text sets for itself', () => {
  it.each([
    ['create table a (x int)', null],
    ['set local statement_timeout = 1500; select 1', 1.5],
    ["set local statement_timeout = '1500'; select 1", 1.5],
    ["SET LOCAL Statement_Timeout TO '10min';", 600],
    ["set statement_timeout='2 h'", 7200],
    ["set session statement_timeout = '0.5s'; select 1", 0.5],
    ['set local statement_timeout = 0; select 1', 0],
    ["-- long\n/* very */ set local lock_timeout = '1s';\nset local statement_timeout = '1d';", 86_400],
    ["set local statement_timeout = '1s'; set local statement_timeout = '2s';", 2],
    ["set local statement_timeout = 'soon'; select 1", null],
    ['set local statement_timeout = default; select 1', null],
    ["create table a (x int); set local statement_timeout = '1s'", null],
    ["select 'set local statement_timeout = 1'", null],
    ['', null],
  ])('of "%s" is %s seconds', (text, seconds) => {
    expect(ownStatementTimeout(text)).toBe(seconds);
  });
});

async function withServer(run: (session: Session, other: Session) => Promise<void>): Promise<void> {
  const target = await emptyDatabase('postgres');
  const [session, other] = [await openSession(target), await openSession(target)];
  try {
    await run(session, other);
  } finally {
    await session.close();
    await other.close();
  }
}

const limited = { settings: { ...settings, statementTimeout: 0.4, responseTimeout: 0.5 } };

describe.each([
  ['fresh', []],
  ['one by one', branch('core', 'select 1')],
])('a revision that sets its own limits, %s', (_, before) => {
  const own = `set local statement_timeout = '20s'; select pg_sleep(0.8)`;

  it('runs for as long as its own statement_timeout allows, and the next one does not', () =>
    withServer(async (session) => {
      await upgrade(session, before);
      const plan = branch('likes', 'select 1', own, 'select 1', 'select pg_sleep(0.8)');
      const { error, applied } = await upgrade(session, [...before, ...plan], limited);
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { revision: 'likes@0004', sqlState: '57014' } });
      expect(applied.map(({ id }) => id)).toEqual(['likes@0001', 'likes@0002', 'likes@0003']);
    }));

  it('is ended by its own shorter statement_timeout', () =>
    withServer(async (session) => {
      await upgrade(session, before);
      const plan = branch('likes', 'select 1', `set local statement_timeout = '200ms'; select pg_sleep(5)`, 'select 1');
      const began = performance.now();
      const { error } = await upgrade(session, [...before, ...plan]);
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { revision: 'likes@0002', sqlState: '57014' } });
      expect(performance.now() - began).toBeLessThan(4000);
    }));

  it('waits for tables for as long as its own lock_timeout allows, and the next one as the config says', () =>
    withServer(async (session, other) => {
      const setup = branch('core', 'create table a (x int)');
      await upgrade(session, setup);
      await other.script('begin; select * from a');
      const plan = branch('likes', `set local lock_timeout = '50ms'; drop table a`);
      const { error } = await upgrade(session, [...setup, ...plan], {
        settings: { ...settings, lockTimeout: 10, retryFor: 0.5 },
      });
      expect(error).toMatchObject({ code: 'MIGRATION_BLOCKED', details: { revision: 'likes@0001' } });
      await other.script('rollback');
    }));

  it('may be code, whose queries then have that limit', () =>
    withServer(async (session) => {
      await upgrade(session, before);
      const code = revision({
        id: 'likes@0001',
        up: async ({ query, sql }) => {
          await query(sql`set local statement_timeout = '20s'`);
          await query(sql`select pg_sleep(2)`);
        },
      });
      const slow = revision({ id: 'likes@0002', revises: 'likes@0001', up: 'select pg_sleep(0.8)' });
      const { error } = await upgrade(session, [...before, code, slow], limited);
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { revision: 'likes@0002', sqlState: '57014' } });
    }));
});
