import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf } from './installed-kernel.ts';
import { median, peakBytes, seconds, type Command } from './measure.ts';
import type { Server } from './server.ts';
import type { Workload } from './workload.ts';
import { writePlugins } from './write-plugins.ts';

/** The participants of a race. Each has its own database. */
export type Runner = 'floor' | 'kernel';

const runners: readonly Runner[] = ['floor', 'kernel'];

/** The measurements of one kind of run, for both sides. */
export interface Phase {
  readonly phase: 'fresh' | 'no-op';
  /** Seconds per round, in order. */
  readonly seconds: Readonly<Record<Runner, readonly number[]>>;
  /** Peak memory of the largest process. */
  readonly peakBytes: Readonly<Record<Runner, number>>;
}

/** The result of a race over one workload. */
export interface Race {
  readonly workload: string;
  readonly revisions: number;
  readonly phases: readonly Phase[];
  /** Seconds per round: `kernel start --once` on an empty database, then a second start. */
  readonly boots: { readonly first: readonly number[]; readonly second: readonly number[] };
}

/** The folders and the numbers of rounds. */
export interface RaceOptions {
  readonly workload: Workload;
  readonly server: Server;
  /** Folder of the installed kernel. */
  readonly kernel: string;
  /** Path of the floor's script, which resolves the same packages as the kernel. */
  readonly floor: string;
  /** A folder below the one in which the kernel is installed. */
  readonly directory: string;
  readonly rounds: { readonly fresh: number; readonly noop: number; readonly boot: number };
}

/** Runs the floor and the kernel in turn. The side that ran second in a round runs first in the next one. */
export async function race(options: RaceOptions): Promise<Race> {
  const { workload, directory, kernel, floor, server, rounds } = options;
  const command = commandOf(kernel);
  const application = join(directory, workload.name);
  const env = environment(directory);
  const run = (script: string, args: readonly string[]): Command => ({ script, args, env });
  await writePlugins({ workload, directory: application, state: 'base', kernel });
  const batch = join(application, 'all.sql');
  writeFileSync(batch, batchOf(workload));

  const on = (database: string, plain: Command): Command => ({
    ...plain,
    env: { ...plain.env, DATABASE_URL: server.urlOf(database) },
  });
  const configured = ['--config', join(application, 'config.json')];
  const commands: Readonly<Record<Phase['phase'], Readonly<Record<Runner, Command>>>> = {
    fresh: {
      floor: on('bench_floor', run(floor, ['fresh', batch])),
      kernel: on('bench_kernel', run(command, ['migrate:up', ...configured])),
    },
    'no-op': {
      floor: on('bench_floor', run(floor, ['noop'])),
      kernel: on('bench_kernel', run(command, ['migrate:up', ...configured])),
    },
  };

  const measure = async (phase: Phase['phase'], count: number): Promise<Phase> => {
    const took: Record<Runner, number[]> = { floor: [], kernel: [] };
    const peak: Record<Runner, number> = { floor: 0, kernel: 0 };
    // The first round measures memory, and fills the caches of compiled code.
    for (let round = 0; round <= count; round += 1) {
      for (const runner of round % 2 === 0 ? runners : runners.toReversed()) {
        if (phase === 'fresh') await server.create(`bench_${runner}`);
        if (round === 0) peak[runner] = await peakBytes(commands[phase][runner], application);
        else took[runner].push(await seconds(commands[phase][runner], application));
      }
    }
    return { phase, seconds: took, peakBytes: peak };
  };
  const phases = [await measure('fresh', rounds.fresh), await measure('no-op', rounds.noop)];

  const boots: { first: number[]; second: number[] } = { first: [], second: [] };
  const boot = on('bench_boot', run(command, ['start', '--once', ...configured]));
  for (let round = 0; round < rounds.boot; round += 1) {
    await server.create('bench_boot');
    boots.first.push(await seconds(boot, application));
    boots.second.push(await seconds(boot, application));
  }
  return { workload: workload.name, revisions: workload.revisions.length, phases, boots };
}

/** Returns the ratio of the kernel's median to the floor's. */
export function ratioOf({ seconds: took }: Phase): number {
  return median(took.kernel) / median(took.floor);
}

/**
 * Returns the whole workload as one batch that also records its revisions in a journal. This is the minimum that a
 * migration tool must do.
 */
function batchOf({ revisions }: Workload): string {
  const journal =
    'create table journal (seq integer not null, unit text not null, id text primary key, ' +
    'applied_at timestamptz not null default now());\n';
  const texts = revisions.map(
    ({ unit, id, statements }, seq) =>
      `${statements.join(';\n')};\ninsert into journal (seq, unit, id) values (${seq}, '${unit}', '${id}');\n`,
  );
  return journal + texts.join('');
}

/** Returns a minimal environment, the same for both sides. Node's cache of compiled code is in its temporary folder. */
function environment(directory: string): Readonly<Record<string, string>> {
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const kept = ['PATH', 'HOME', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), TMPDIR: temporary, TEMP: temporary, PGSSLMODE: 'disable', LANG: 'C.UTF-8' };
}
