import { describe, expect, it } from 'vitest';
import { emptyDatabase, onServer } from '../helper/database.ts';
import { runKernel, startKernel, type KernelProcess } from '../helper/kernel-process.ts';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { startBooter } from './booter.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { builtFaultProject, faultProject, setDatabase, type FaultProject } from './fault-project.ts';
import { mutant } from './mutant.ts';
import { checkOracles, type Outcome } from './oracles.ts';
import { sampled, seed } from './tier.ts';
import { countTrials } from './trials.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

async function emptyPostgres(): Promise<PostgresTarget> {
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
  return target;
}

/** A project and its database, for one trial after another. */
interface TrialSite {
  readonly target: PostgresTarget;
  readonly project: FaultProject;
}

async function makeSite(bin?: string): Promise<TrialSite> {
  const target = await emptyPostgres();
  const project = bin === undefined ? await builtFaultProject(target) : faultProject(target, bin);
  return { target, project };
}

/** Upgrades with the mutant, after a kill. */
const upgradeWithMutant = async ({ cwd, bin }: FaultProject): Promise<readonly string[]> => {
  const done = await runKernel(['migrate:up', '--json'], { cwd, bin });
  expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
  return (done.json() as { applied: readonly string[] }).applied;
};

/**
 * Kills a boot at its `k`-th moment on the wire, then calls `next` until nothing is pending. `moments` is the number of
 * moments, or `null` if the boot was killed.
 */
async function killAt(
  k: number,
  { target, project }: TrialSite,
  next: (project: FaultProject) => Promise<readonly string[]>,
): Promise<{ readonly moments: number | null; readonly outcome: Outcome }> {
  const name = new URL(target.url).pathname.slice(1);
  await onServer(name, 'drop schema if exists kernel cascade; drop schema public cascade; create schema public');
  let running: KernelProcess | null = null;
  let moments = 0;
  const proxy = await startCuttingProxy((_, n) => {
    moments = n;
    if (n !== k) return false;
    running?.child.kill('SIGKILL');
    return true;
  });
  setDatabase(project, target.url.replace(/:\d+\//, `:${proxy.port}/`));
  running = startKernel(['migrate:up', '--json'], { cwd: project.cwd, bin: project.bin });
  const first = await running.finished;
  proxy.close();
  const killed = first.signal === 'SIGKILL';
  if (!killed) expect(first, first.stdout + first.stderr).toMatchObject({ code: 0 });
  setDatabase(project, target.url);
  await next(project);
  const outcome = await checkOracles(target);
  expect(await next(project)).toEqual([]);
  return { moments: killed ? null : moments, outcome };
}

describe(`F-03: kill -9 at every message sent and after every reply, SEED=${seed}`, () => {
  it('converges at the next boot', async () => {
    using booter = startBooter();
    const [one, other] = [await makeSite(), await makeSite()];
    const undisturbed = await killAt(-1, one, booter.boot);
    const total = undisturbed.moments ?? 0;
    expect(total).toBeGreaterThan(30);
    const moments = Array.from({ length: total }, (_, i) => i + 1);
    const chosen = sampled(moments, { quick: 2, full: 40 });
    const pending = chosen.values();
    let kills = 0;
    const worker = async (site: TrialSite): Promise<void> => {
      for (const k of pending) {
        const { moments: reached, outcome } = await killAt(k, site, booter.boot);
        if (reached === null) kills += 1;
        expect(outcome, `killed at ${k}`).toEqual(undisturbed.outcome);
      }
    };
    // Two at a time, for two cores.
    await Promise.all([worker(one), worker(other)]);
    // The server may split its replies differently each time, so a few moments may be missed.
    expect(kills).toBeGreaterThan(chosen.length * 0.8);
    countTrials(kills);
  }, 900_000);

  it('detects a kernel that writes the ledger row in a second transaction', async () => {
    const bin = mutant(
      'second-transaction',
      'run/run-sql.ts',
      'await session.script(script,',
      `for (const { revision } of batch.steps) if (revision?.up.kind === 'sql') await session.script(revision.up.text);
  await session.script(script.replace('execute step.up;', ''),`,
    );
    const sweep = async (): Promise<void> => {
      const site = await makeSite(bin);
      for (let k = 12; k < 60; k += 3) await killAt(k, site, upgradeWithMutant);
    };
    await expect(sweep()).rejects.toThrow();
  }, 120_000);
});
