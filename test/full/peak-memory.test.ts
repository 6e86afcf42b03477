import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { peakBytes } from '../../bench/measure.ts';
import { makeWorkload } from '../../bench/workload.ts';
import { writePlugins } from '../../bench/write-plugins.ts';
import { emptyDatabase, onServer, urlOf } from '../helper/database.ts';
import { installedKernel } from '../helper/installed-packages.ts';
import { kernelBin } from '../helper/kernel-process.ts';
import { makeProject } from '../helper/project.ts';

/**
 * Returns the peak memory of `kernel migrate:up`, in millions of bytes. It is the high-water mark of the resident set
 * (`VmHWM` in `/proc/self/status`, otherwise `ru_maxrss`), which the process reads when it exits. The kernel is packed and
 * installed, the plugins are built, and the database is on a server, so neither tests nor PostgreSQL count.
 */
async function peakOfUpgrade(cwd: string, database: string): Promise<number> {
  const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: database };
  return (await peakBytes({ script: kernelBin(cwd), args: ['migrate:up'], env }, cwd)) / 1e6;
}

it('run-52: a concurrent index stays under 110 MB', async () => {
  const database = urlOf(await emptyDatabase('postgres'));
  const fields = `transaction: false, check: sql\`select to_regclass('x_a_i') is not null\``;
  const revisions = {
    '0001_create_table': 'create table x_a (id int primary key)',
    '0002_create_index': { up: 'create index concurrently x_a_i on x_a (id asc, id desc)', fields },
  };
  const project = await makeProject({ plugins: { core: { built: true }, x: { built: true, revisions } }, database });
  const peak = await peakOfUpgrade(project.cwd, database);
  const indexes = await onServer(
    new URL(database).pathname.slice(1),
    `select indisvalid from pg_index where indexrelid = 'x_a_i'::regclass`,
  );
  expect(indexes).toEqual([{ indisvalid: true }]);
  expect(peak).toBeLessThan(110);
});

// It is 89 to 98 MB. The live heap is 18 MB at most; most of the rest is Node itself and V8's young generation, which fills up
// with the scripts of the batches.
it('a new database of 5,000 revisions in ten plugins stays under 110 MB', async () => {
  const database = urlOf(await emptyDatabase('postgres'));
  const directory = join(inject('scratch'), 'kernel/large');
  await writePlugins({
    workload: makeWorkload(9, 500),
    directory,
    state: 'base',
    kernel: installedKernel(inject('scratch')),
  });
  const peak = await peakOfUpgrade(directory, database);
  const rows = await onServer(new URL(database).pathname.slice(1), 'select count(*)::int as n from kernel.ledger');
  expect(rows).toEqual([{ n: 5000 }]);
  expect(peak).toBeLessThan(110);
});
