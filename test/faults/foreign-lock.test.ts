import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { lockKey } from '../../core/kernel/src/run/migration-lock.ts';
import { emptyDatabase, onServer, urlOf } from '../helper/database.ts';
import { startKernel, type KernelProcess } from '../helper/kernel-process.ts';
import { builtFaultProject, setUpgrade } from './fault-project.ts';

/** A session of another program that holds the migration lock, and a boot that waits for it. */
interface Waiting extends AsyncDisposable {
  readonly holder: pg.Client;
  readonly pid: number;
  readonly boot: KernelProcess;
  readonly database: string;
}

async function waitForForeignLock(lockWait: number): Promise<Waiting> {
  const target = await emptyDatabase('postgres');
  const project = await builtFaultProject(target);
  setUpgrade(project, { lockWait });
  const holder = new pg.Client({ connectionString: urlOf(target), application_name: 'other tool' });
  await holder.connect();
  const { rows } = await holder
    .query<{ pid: number }>(`begin; select pg_advisory_xact_lock(${lockKey})`)
    .then(() => holder.query<{ pid: number }>('select pg_backend_pid() as pid'));
  const boot = startKernel(['migrate:up', '--json'], { cwd: project.cwd, bin: project.bin });
  const database = new URL(urlOf(target)).pathname.slice(1);
  // Its first query finds that revisions are pending, and all others find that the lock is taken.
  const arrived = `select count(*)::int as n from pg_stat_activity where datname = current_database() and query ~ 'advisory_xact_lock'`;
  await expect.poll(() => onServer(database, arrived), { timeout: 20_000 }).toEqual([{ n: 2 }]);
  return {
    holder,
    pid: rows[0]?.pid ?? 0,
    boot,
    database,
    async [Symbol.asyncDispose]() {
      boot.child.kill('SIGKILL');
      await holder.end();
    },
  };
}

/** Whether the database still has nothing of the kernel, and no session but that of the caller and the holder. */
async function isUntouched(database: string): Promise<boolean> {
  const [found] = await onServer(
    database,
    `select to_regclass('kernel.ledger') is null and (select count(*) from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend') = 2 as untouched`,
  );
  return found?.['untouched'] === true;
}

describe('F-05: a session of another program holds the migration lock', () => {
  it('for a while: the boot waits, and then does its work', async () => {
    await using waiting = await waitForForeignLock(60);
    await waiting.holder.query('rollback');
    expect(await waiting.boot.finished).toMatchObject({ code: 0 });
  }, 120_000);

  it('for ever: the boot gives up at the deadline, and names the session', async () => {
    await using waiting = await waitForForeignLock(2);
    const { code, stdout, stderr } = await waiting.boot.finished;
    expect(code, stderr).toBe(30);
    expect(stdout + stderr).toContain('other tool');
    expect(stdout + stderr).toContain(String(waiting.pid));
    await expect.poll(() => isUntouched(waiting.database), { timeout: 5000 }).toBe(true);
  }, 120_000);
});

describe('F-06: a signal while it waits for the lock', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends the boot, and leaves nothing on the server',
    async (signal) => {
      await using waiting = await waitForForeignLock(60);
      waiting.boot.child.kill(signal);
      expect(await waiting.boot.finished).toMatchObject({ code: null, signal });
      await expect.poll(() => isUntouched(waiting.database), { timeout: 5000 }).toBe(true);
    },
    120_000,
  );
});
