import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { emptyDatabase, onServer } from '../../../../test/helper/database.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { readLedger } from '../../src/ledger/ledger.ts';
import { withSession } from '../../src/migrate/with-session.ts';
import { branch, upgrade } from '../db/support.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

async function emptyPostgres(): Promise<PostgresTarget> {
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('asked for PostgreSQL');
  return target;
}

describe('a session for as long as something takes', () => {
  it('names the missing privilege of a user who may not read the ledger', async () => {
    const target = await emptyPostgres();
    await withSession(target, (session) => upgrade(session, branch('core', 'create table a (id int)')));
    const role = `reader_${randomBytes(4).toString('hex')}`;
    await onServer('postgres', `create role ${role} login password 'reads-nothing'`);
    const url = target.url.replace('postgres:postgres@', `${role}:reads-nothing@`);
    await expect(withSession({ ...target, url }, readLedger)).rejects.toMatchObject({
      code: 'DATABASE_PRIVILEGE',
      exitCode: 21,
      details: { user: role, missing: 'permission denied for schema kernel' },
    });
    await onServer('postgres', `drop role ${role}`);
  });

  it('calls a database unreachable whose server ended the connection', async () => {
    const target = await emptyPostgres();
    const work = withSession(target, async (session) => {
      const [row] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
      await onServer('postgres', `select pg_terminate_backend(${row?.pid})`);
      return session.query('select 1');
    });
    await expect(work).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 20 });
  });

  it('lets through what is a mistake of the kernel', async () => {
    const target = await emptyPostgres();
    await expect(withSession(target, (session) => session.query('select nonsense'))).rejects.toMatchObject({
      code: '42703',
    });
  });
});
