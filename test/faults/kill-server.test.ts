import { describe, expect, it } from 'vitest';
import { emptyDatabase, onServer } from '../helper/database.ts';
import { runKernel, startKernel, type KernelProcess } from '../helper/kernel-process.ts';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { startCutter } from './cutter.ts';
import {
  builtFaultProject,
  checkOracles,
  faultProject,
  mutant,
  pointAt,
  startBooter,
  type Outcome,
  type Project,
} from './support.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

async function emptyPostgres(): Promise<PostgresTarget> {
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('asked for PostgreSQL');
  return target;
}

/** A project and its database, where one trial follows another. */
interface Place {
  readonly target: PostgresTarget;
  readonly project: Project;
}

async function makePlace(bin?: string): Promise<Place> {
  const target = await emptyPostgres();
  const project = bin === undefined ? await builtFaultProject(target) : faultProject(target, bin);
  return { target, project };
}

/** The boots that follow a kill, where a mutant runs them. */
const byMutant = async ({ cwd, bin }: Project): Promise<readonly string[]> => {
  const done = await runKernel(['migrate:up', '--json'], { cwd, bin });
  expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
  return (done.json() as { applied: readonly string[] }).applied;
};

/** Kills a boot at its `k`-th moment on the wire; gives how many moments there were, or `null` if it was killed. */
async function killAt(
  k: number,
  { target, project }: Place,
  next: (project: Project) => Promise<readonly string[]>,
): Promise<{ readonly moments: number | null; readonly outcome: Outcome }> {
  const name = new URL(target.url).pathname.slice(1);
  await onServer(name, 'drop schema if exists kernel cascade; drop schema public cascade; create schema public');
  let running: KernelProcess | null = null;
  let moments = 0;
  const cutter = await startCutter((_, n) => {
    moments = n;
    if (n !== k) return false;
    running?.child.kill('SIGKILL');
    return true;
  });
  pointAt(project, target.url.replace(/:\d+\//, `:${cutter.port}/`));
  running = startKernel(['migrate:up', '--json'], { cwd: project.cwd, bin: project.bin });
  const first = await running.finished;
  cutter.close();
  const killed = first.signal === 'SIGKILL';
  if (!killed) expect(first, first.stdout + first.stderr).toMatchObject({ code: 0 });
  pointAt(project, target.url);
  await next(project);
  const outcome = await checkOracles(target);
  expect(await next(project)).toEqual([]);
  return { moments: killed ? null : moments, outcome };
}

describe('F-03: kill -9 at every message sent and after every reply', () => {
  it('converges at the next boot, whenever it was', async () => {
    using booter = startBooter();
    const [one, other] = [await makePlace(), await makePlace()];
    const undisturbed = await killAt(-1, one, booter.boot);
    const total = undisturbed.moments ?? 0;
    expect(total).toBeGreaterThan(30);
    let kills = 0;
    // Two at a time: as many as there are cores.
    for (let k = 1; k <= total; k += 2) {
      const trials = await Promise.all([killAt(k, one, booter.boot), killAt(k + 1, other, booter.boot)]);
      for (const { moments, outcome } of trials) {
        if (moments === null) kills += 1;
        expect(outcome).toEqual(undisturbed.outcome);
      }
    }
    // The server's replies may come in other pieces than before; most moments must have been met all the same.
    expect(kills).toBeGreaterThan(total * 0.8);
  }, 280_000);

  it('notices a build that writes the row in a second transaction', async () => {
    const bin = mutant(
      'second-transaction',
      'run/run-sql.ts',
      'await run.session.script(script,',
      `for (const { revision } of batch.steps) if (revision?.up.kind === 'sql') await run.session.script(revision.up.text);
  await run.session.script(script.replace('execute step.up;', ''),`,
    );
    const sweep = async (): Promise<void> => {
      const place = await makePlace(bin);
      for (let k = 12; k < 60; k += 3) await killAt(k, place, byMutant);
    };
    await expect(sweep()).rejects.toThrow();
  }, 120_000);
});
