import { describe, expect, it, onTestFinished } from 'vitest';
import { startSilentProxy } from '../../../../test/faults/silent-proxy.ts';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { applied, branch, settings, upgrade } from '../db/support.ts';

/** Opens a session through a proxy that can go silent, and one without the proxy. */
async function openSilentProxy(): Promise<{
  readonly session: Session;
  readonly direct: Session;
  readonly silence: () => void;
}> {
  const { port, silence } = await startSilentProxy();
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
  const session = await openSession({ ...target, url: target.url.replace(/:\d+\//, `:${port}/`) });
  const direct = await openSession(target);
  onTestFinished(async () => {
    await session.close().catch(() => {});
    await direct.close();
  });
  return { session, direct, silence };
}

const plan = branch('core', 'create table a (x int)', 'insert into a values (1)');
const short = { ...settings, responseTimeout: 0.4, retryFor: 0.5 };

describe('a connection that goes silent', () => {
  it('ends with "unreachable" while the ledger is read', async () => {
    const { session, silence } = await openSilentProxy();
    silence();
    const began = performance.now();
    const { error } = await upgrade(session, plan, { settings: short });
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 20 });
    expect(error?.message).toContain('the server did not answer within 0.4 s');
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('ends with "unknown" during a revision with a time limit', async () => {
    const { session, direct, silence } = await openSilentProxy();
    const slow = branch('core', 'create table a (x int); select pg_sleep(0.2)', 'insert into a values (1)');
    const began = performance.now();
    const { error } = await upgrade(session, slow, {
      settings: { ...short, statementTimeout: 0.3 },
      observer: { begins: silence },
    });
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', exitCode: 36 });
    expect(performance.now() - began).toBeLessThan(8000);
    expect((await upgrade(direct, slow)).error).toBeNull();
    expect(await applied(direct)).toEqual(['core@0001', 'core@0002']);
    expect(await direct.query('select x from a')).toEqual([{ x: 1 }]);
  });

  it('does not limit a revision without a time limit', async () => {
    const { session } = await openSilentProxy();
    const { error } = await upgrade(session, branch('core', 'select pg_sleep(1)'), { settings: short });
    expect(error).toBeNull();
  });
});
