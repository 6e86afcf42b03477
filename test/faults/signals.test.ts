import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { emptyDatabase, onServer, urlOf } from '../helper/database.ts';
import { runKernel, startKernel } from '../helper/kernel-process.ts';
import { faultProject } from './fault-project.ts';
import { checkOracles } from './oracles.ts';

it.each(['SIGTERM', 'SIGINT'] as const)(
  'F-06: %s while a revision runs ends the process at once, all is rolled back, and the next boot converges',
  async (signal) => {
    const target = await emptyDatabase('postgres');
    const database = new URL(urlOf(target)).pathname.slice(1);
    const project = faultProject(target);
    const file = project.fileOf('core', '0002_object');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('sql`', 'sql`select pg_sleep(60);'));
    const boot = startKernel(['migrate:up'], project);
    const sleeping = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
    await expect.poll(() => onServer(database, sleeping), { timeout: 20_000 }).toEqual([{ n: 1 }]);

    const began = performance.now();
    boot.child.kill(signal);
    expect(await boot.finished).toMatchObject({ code: null, signal });
    // It takes some milliseconds. The rest is room for a busy machine.
    expect(performance.now() - began).toBeLessThan(5000);
    // The server notices while the statement still runs.
    await expect.poll(() => onServer(database, sleeping), { timeout: 5000 }).toEqual([{ n: 0 }]);
    const rows = await onServer(database, `select plugin || '@' || slug as id from kernel.ledger`);
    expect(rows.map(({ id }) => id)).not.toContain('core@0002_object');

    writeFileSync(file, text);
    expect(await runKernel(['migrate:up'], project)).toMatchObject({ code: 0 });
    await checkOracles(target);
  },
  60_000,
);
