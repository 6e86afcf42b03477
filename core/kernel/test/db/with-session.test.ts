import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { emptyDatabase, onServer } from '../../../../test/helper/database.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { readLedger } from '../../src/ledger/ledger.ts';
import { withSession } from '../../src/db/with-session.ts';
import { branch, upgrade } from './support.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

async function emptyPostgres(): Promise<PostgresTarget> {
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('this is not PostgreSQL');
  return target;
}

describe('a session for the duration of a function', () => {
  it('names the missing privilege if the user may not read the ledger', async () => {
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

  it('reports a database as unreachable if the server ended the connection', async () => {
    const target = await emptyPostgres();
    const work = withSession(target, async (session) => {
      const [row] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
      await onServer('postgres', `select pg_terminate_backend(${row?.pid})`);
      return session.query('select 1');
    });
    await expect(work).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 20 });
  });

  it('rethrows an error caused by a bug in the kernel unchanged', async () => {
    const target = await emptyPostgres();
    await expect(withSession(target, (session) => session.query('select nonsense'))).rejects.toMatchObject({
      code: '42703',
    });
  });
});
