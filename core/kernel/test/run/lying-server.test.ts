import { describe, expect, it, onTestFinished } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { startRewritingProxy } from '../../../../test/faults/rewriting-proxy.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { branch, exists, upgrade } from '../db/support.ts';

/** Opens a session on a server to which `from` means `to`, and one on the server as it is. */
async function openLyingServer(
  from: string,
  to: string,
): Promise<{ readonly lying: Session; readonly honest: Session; readonly rewritten: () => number }> {
  const proxy = await startRewritingProxy(from, to);
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
  const lying = await openSession({ ...target, url: target.url.replace(/:\d+\//, `:${proxy.port}/`) });
  const honest = await openSession(target);
  onTestFinished(async () => {
    await lying.close();
    await honest.close();
    proxy.close();
  });
  return { lying, honest, rewritten: proxy.rewritten };
}

const table = branch('core', 'create table a (x int)');

describe('F-24: a server that lies', () => {
  it('about advisory locks is refused before the first write, also if the ledger exists', async () => {
    const { lying, honest, rewritten } = await openLyingServer(
      'pg_catalog.pg_try_advisory_xact_lock(',
      '(true or 0 < ',
    );
    const { error } = await upgrade(lying, table);
    expect(error).toMatchObject({ code: 'DATABASE_UNSUPPORTED', exitCode: 22 });
    expect(error?.message).toContain('advisory locks');
    expect(await exists(honest, 'kernel.ledger')).toBe(false);
    expect((await upgrade(honest, table)).error).toBeNull();
    const later = await upgrade(lying, branch('core', 'create table a (x int)', 'create table b (x int)'));
    expect(later.error).toMatchObject({ code: 'DATABASE_UNSUPPORTED', exitCode: 22 });
    expect(await exists(honest, 'b')).toBe(false);
    expect(rewritten()).toBeGreaterThan(1);
  });

  it('about transactional DDL is refused before the ledger exists', async () => {
    // The server keeps the table of the self-test, as if it did not undo DDL statements.
    const undo = `raise exception using errcode = 'HW007', message = 'undone';`;
    const { lying, honest, rewritten } = await openLyingServer(undo, 'null;');
    const { error } = await upgrade(lying, table);
    expect(error).toMatchObject({ code: 'DATABASE_UNSUPPORTED', exitCode: 22 });
    expect(error?.message).toContain('does not undo DDL statements');
    expect(await exists(honest, 'kernel.ledger')).toBe(false);
    expect(await exists(honest, 'a')).toBe(false);
    expect(rewritten()).toBe(1);
  });

  it('is recognized by the self-tests alone: the same server passes them otherwise', async () => {
    const { lying, honest } = await openLyingServer('a text that nobody sends', '');
    expect((await upgrade(lying, table)).error).toBeNull();
    expect(await exists(honest, 'kernel.self_test')).toBe(false);
  });
});
