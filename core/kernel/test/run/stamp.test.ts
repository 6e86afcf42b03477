import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { lockKey } from '../../src/run/migration-lock.ts';
import { readDetails } from '../../src/ledger/ledger.ts';
import type { Session } from '../../src/db/session.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import {
  applied,
  branch,
  counted,
  downgrade,
  exists,
  revision,
  runSteps,
  sessionPerTest,
  settings,
  upgrade,
  type Steps,
} from '../db/support.ts';

const two = branch('core', 'create table a (x int);', 'alter table a add column y int;');

async function stampOn(
  session: Session,
  revisions: readonly Revision[],
  options: Partial<Steps> = {},
): Promise<{ readonly runId: string; readonly ids: readonly string[] }> {
  const done = await runSteps(session, {
    known: revisions,
    plan: (there) => revisions.flatMap(({ id }) => (there.has(id) ? [] : [{ id, direction: 'up' }])),
    kind: 'stamp',
    ...options,
  });
  if (done.error !== null) throw done.error;
  return { runId: done.runId, ids: done.applied.map(({ id }) => id) };
}

describe.each(databaseKinds)('a stamp on %s', (kind) => {
  const current = sessionPerTest(kind);
  let session: Session;
  beforeEach(() => {
    session = current();
  });

  it('writes a row and an event for each revision, and runs none', async () => {
    const { ids, runId } = await stampOn(session, two);
    expect(ids).toEqual(['core@0001', 'core@0002']);
    expect(await applied(session)).toEqual(ids);
    expect(await exists(session, 'a')).toBe(false);
    expect(await readDetails(session, ['core@0001'])).toMatchObject([
      {
        up: 'create table a (x int);',
        package: 'plugin-core',
        packageVersion: '1.0.0',
        durationMs: 0,
        runId,
        stamped: true,
      },
    ]);
    const events = await session.query(
      `select kind, plugin || '@' || slug as id, run_id, row ->> 'raw' as raw from kernel.event order by id`,
    );
    expect(events).toEqual(two.map(({ id, raw }) => ({ kind: 'stamp', id, run_id: runId, raw })));
  });

  it('runs one query if there is nothing to stamp, and leaves existing rows unchanged', async () => {
    await upgrade(session, two.slice(0, 1));
    const [before] = await readDetails(session);
    expect((await stampOn(session, two)).ids).toEqual(['core@0002']);
    const { session: watched, calls } = counted(session);
    expect((await stampOn(watched, two)).ids).toEqual([]);
    expect(calls).toHaveLength(1);
    const after = await readDetails(session);
    expect(after[0]).toEqual(before);
    expect(after.map(({ stamped }) => stamped)).toEqual([false, true]);
  });

  it('is no longer shown for a revision that was reverted and then run', async () => {
    const one = revision({ id: 'core@0001', up: 'create table a ()', down: 'drop table if exists a' });
    await stampOn(session, [one]);
    await downgrade(session, [{ id: one.id, revision: one }]);
    await upgrade(session, [one]);
    expect(await readDetails(session)).toMatchObject([{ stamped: false }]);
  });

  it('writes all rows or none: the dependencies of each revision must be met', async () => {
    const unmet = revision({ id: 'likes@0001', dependsOn: ['core@0009'], up: 'select 1' });
    let rounds = 0;
    const plan = () => {
      rounds += 1;
      // The dependency was reverted after planning and before the lock was taken.
      return rounds === 1 ? [...two, unmet].map(({ id }) => ({ id, direction: 'up' as const })) : [];
    };
    expect((await stampOn(session, [...two, unmet], { plan })).ids).toEqual([]);
    expect(rounds).toBe(2);
    expect(await applied(session)).toEqual([]);
  });

  it('counts as applied, so an upgrade continues after it', async () => {
    await stampOn(session, two.slice(0, 1));
    await session.script('create table a (x int)');
    const result = await upgrade(session, two);
    expect(result).toMatchObject({ error: null, applied: [{ id: 'core@0002', direction: 'up' }] });
  });
});

describe('a stamp on a server with other sessions', () => {
  const current = sessionPerTest('postgres');
  let session: Session;
  beforeEach(() => {
    session = current();
  });

  it('waits for a session that is migrating, and gives up at the deadline', async () => {
    await stampOn(session, []);
    const other = await session.sibling();
    await other?.script(`begin; select pg_advisory_xact_lock(${lockKey})`);
    const waits: string[] = [];
    const observer = { waits: (why: string) => void waits.push(why) };
    await expect(stampOn(session, two, { settings: { ...settings, lockWait: 0.3 } })).rejects.toMatchObject({
      code: 'LOCK_WAIT_TIMEOUT',
    });
    const later = stampOn(session, two, { observer });
    await expect.poll(() => waits).toContain('migration lock');
    await other?.script('commit');
    expect((await later).ids).toHaveLength(2);
    await other?.close();
  });

  it('takes turns with other sessions stamping the same revisions', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => session.sibling()));
    const results = await Promise.all(sessions.map((one) => stampOn(one ?? session, two)));
    expect(results.flatMap(({ ids }) => ids)).toEqual(['core@0001', 'core@0002']);
    for (const one of sessions) await one?.close();
  });
});
