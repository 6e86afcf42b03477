import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyDatabase } from '../helper/database.ts';
import { runKernel, startKernel } from '../helper/kernel-process.ts';
import { builtFaultProject, faultProject, writeConfigOf } from './fault-project.ts';
import { mutant } from './mutant.ts';
import { canary, checkOracles, type Outcome } from './oracles.ts';
import { seed, tier } from './tier.ts';
import { countTrials } from './trials.ts';

/** Boots `n` processes at once on an empty database and checks the outcome. */
async function bootTogether(n: number, bin?: string): Promise<Outcome> {
  const target = await emptyDatabase('postgres');
  const project = bin === undefined ? await builtFaultProject(target) : faultProject(target, bin);
  // Without the lock, each process may wait forever for the index build of another.
  const timeout = bin === undefined ? {} : { timeout: 20_000 };
  const options = { cwd: project.cwd, bin: project.bin, env: { CANARY: canary }, ...timeout };
  const runs = await Promise.all(Array.from({ length: n }, () => runKernel(['migrate:up', '--json'], options)));
  for (const run of runs) {
    expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 });
    expect(run.stdout + run.stderr).not.toContain(canary);
  }
  const applied = runs.flatMap((run) => (run.json() as { applied: readonly string[] }).applied);
  expect(applied.length, 'revisions that two processes report as applied').toBe(new Set(applied).size);
  const outcome = await checkOracles(target);
  const again = await runKernel(['migrate:up', '--json'], options);
  expect(again.json()).toMatchObject({ applied: [] });
  return outcome;
}

describe('F-01: boots at the same moment on an empty database', () => {
  let alone: Outcome | null = null;

  it.each([1, 2, 2, 4, 4, 8, 16])(
    '%i processes exit with 0, and every revision takes effect once',
    async (n) => {
      const outcome = await bootTogether(n);
      alone ??= outcome;
      expect(outcome).toEqual(alone);
      countTrials(n);
    },
    120_000,
  );

  it('F-04: the survivors finish if some of 16 processes are killed, and nothing is left', async () => {
    const target = await emptyDatabase('postgres');
    const project = await builtFaultProject(target);
    const runs = Array.from({ length: 16 }, () => startKernel(['migrate:up', '--json'], project));
    // They begin to connect after about a second, and most of them wait for the lock of another one.
    for (const [i, { child }] of runs.filter((_, n) => n % 3 === 0).entries()) {
      await sleep(i === 0 ? 1000 : 300);
      child.kill('SIGKILL');
    }
    for (const { finished } of runs) {
      const run = await finished;
      if (run.signal !== 'SIGKILL') expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 });
    }
    expect(await checkOracles(target)).toEqual(alone);
    countTrials(16);
  }, 120_000);

  const differing = fc.record({
    earlier: fc.constantFrom(null, 'core@0001', 'core@0004', 'alpha@0001', 'beta@0002'),
    sets: fc.array(fc.constantFrom<(readonly string[])[]>([], ['alpha'], ['alpha', 'beta']), {
      minLength: 1,
      maxLength: 7,
    }),
  });

  it.each(fc.sample(differing, { seed, numRuns: { quick: 1, full: 2, long: 30 }[tier] }))(
    `F-02: processes with different plugins apply all of them together, from $earlier, SEED=${seed}`,
    async ({ earlier, sets }) => {
      const target = await emptyDatabase('postgres');
      const project = await builtFaultProject(target);
      if (earlier !== null) expect(await runKernel(['migrate:up', earlier], project)).toMatchObject({ code: 0 });
      const runs = [...sets, ['alpha', 'beta']].map((active, i) =>
        runKernel(['migrate:up', '--config', writeConfigOf(project, active, `config-${i}.json`)], project),
      );
      for (const run of await Promise.all(runs)) expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 });
      expect(await checkOracles(target)).toEqual(alone);
      countTrials(runs.length);
    },
    120_000,
  );

  it('detects a kernel without the lock', async () => {
    const bin = mutant(
      'no-lock',
      'run/migration-lock.ts',
      /if not pg_catalog\.pg_try_advisory_xact_lock[\s\S]*?end if;/,
      '',
    );
    // Processes that lose the race for the ledger retry after a random pause. By then a fast one may have finished.
    await expect(severalTimes(20, () => bootTogether(4, bin))).rejects.toThrow();
  }, 120_000);

  it('detects a kernel whose ledger has no primary key', async () => {
    const bin = mutant('no-unique', 'ledger/ledger-schema.ts', 'primary key (plugin, slug)', 'check (true)');
    await expect(bootTogether(2, bin)).rejects.toThrow();
  }, 60_000);
});

async function severalTimes(times: number, run: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i += 1) await run();
}
