import { cpSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { runKernel, startKernel } from '../helper/kernel-process.ts';
import { startBooter } from './booter.ts';
import { builtFaultProject, faultProject, setDatabase } from './fault-project.ts';
import { mutant } from './mutant.ts';
import { checkOracles } from './oracles.ts';
import { countTrials } from './trials.ts';

describe('F-51: kill -9 of an embedded database during an upgrade', () => {
  it('converges at the next boot, and loses no acknowledged revision', async () => {
    const undisturbedTarget = await emptyDatabase('pglite');
    const project = await builtFaultProject(undisturbedTarget);
    const timeUpgrade = async (): Promise<number> => {
      const began = performance.now();
      expect(await runKernel(['migrate:up', '--json'], { cwd: project.cwd })).toMatchObject({ code: 0 });
      return performance.now() - began;
    };
    const wholeTime = await timeUpgrade();
    const undisturbed = await checkOracles(undisturbedTarget);

    // Most trials copy this directory, in which all of core and the first revision of alpha are already applied.
    const base = await emptyDatabase('pglite');
    const copyBase = (target: DatabaseTarget): void => {
      if (base.kind !== 'pglite' || target.kind !== 'pglite') throw new Error('expected embedded databases');
      cpSync(base.directory ?? '', target.directory ?? '', { recursive: true });
    };
    setDatabase(project, urlOf(base));
    const acknowledged = await runKernel(['migrate:up', 'alpha@0001', '--json'], { cwd: project.cwd });
    const kept = (acknowledged.json() as { applied: readonly string[] }).applied;
    expect(kept.length).toBeGreaterThan(2);
    const undisturbedRest = await emptyDatabase('pglite');
    copyBase(undisturbedRest);
    setDatabase(project, urlOf(undisturbedRest));
    const restTime = await timeUpgrade();

    const trials = 14;
    let killed = 0;
    let unfinished = 0;
    using booter = startBooter();
    for (let i = 0; i < trials; i += 1) {
      const target = await emptyDatabase('pglite');
      // A third of the trials begin without a directory, so that some kills hit its creation.
      const fromNothing = i % 3 === 0;
      if (!fromNothing) copyBase(target);
      setDatabase(project, urlOf(target));
      const running = startKernel(['migrate:up', '--json'], { cwd: project.cwd });
      const directory = (target.kind === 'pglite' ? target.directory : null) ?? '';
      if (fromNothing) {
        // The directory is written in the first twentieth of the time, so the kills are closest together there.
        while (!existsSync(directory) && running.child.exitCode === null) await sleep(1);
        await sleep(0.8 * wholeTime * (i / trials) ** 2);
      } else await sleep((0.9 * restTime * (i + 1)) / trials);
      running.child.kill('SIGKILL');
      if ((await running.finished).signal === 'SIGKILL') killed += 1;
      if (existsSync(`${directory}.creating`) && existsSync(directory)) unfinished += 1;
      const next = await booter.boot(project);
      if (!fromNothing) {
        expect(
          next.filter((id) => kept.includes(id)),
          'acknowledged revisions that ran again',
        ).toEqual([]);
      }
      expect(await checkOracles(target)).toEqual(undisturbed);
    }
    expect(killed).toBeGreaterThan(trials / 2);
    expect(unfinished, 'kills while the directory was being created').toBeGreaterThan(0);
    countTrials(killed);
  }, 200_000);

  it('detects a kernel that reuses an unfinished directory', async () => {
    const bin = mutant('half-made', 'db/pglite-session.ts', /if \(existsSync\(unfinished\)\) rmSync\([^;]*;/, '');
    const killDuringCreation = async (): Promise<void> => {
      const target = await emptyDatabase('pglite');
      const { cwd } = faultProject(target, bin);
      const directory = (target.kind === 'pglite' ? target.directory : null) ?? '';
      const running = startKernel(['migrate:up'], { cwd, bin });
      while (!existsSync(directory) && running.child.exitCode === null) await sleep(1);
      running.child.kill('SIGKILL');
      await running.finished;
      expect(await runKernel(['migrate:up'], { cwd, bin })).toMatchObject({ code: 0 });
    };
    const severalTimes = async (): Promise<void> => {
      for (let i = 0; i < 5; i += 1) await killDuringCreation();
    };
    await expect(severalTimes()).rejects.toThrow();
  }, 60_000);
});

describe('F-50: one process per embedded directory', () => {
  it('refuses a second process with exit code 23 and the pid of the first, and boots after a SIGKILL without manual steps', async () => {
    const target = await emptyDatabase('pglite');
    const project = faultProject(target);
    const first = startKernel(['start'], { cwd: project.cwd });
    await first.says('ready');
    const second = await runKernel(['start', '--once', '--json'], { cwd: project.cwd });
    expect(second).toMatchObject({ code: 23 });
    expect(second.json()).toMatchObject({ error: { code: 'DIRECTORY_IN_USE', details: { pid: first.child.pid } } });
    first.child.kill('SIGSTOP');
    expect(await runKernel(['migrate:status'], { cwd: project.cwd })).toMatchObject({ code: 23 });
    first.child.kill('SIGKILL');
    await first.finished;
    expect(await runKernel(['start', '--once'], { cwd: project.cwd })).toMatchObject({ code: 0 });
  }, 60_000);
});
