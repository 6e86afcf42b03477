import { execFile } from 'node:child_process';
import { readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hasPgDump, pgDumpSkipReason } from '../../core/dev/test/difference/pg-dump.ts';
import { queryAt } from '../helper/database.ts';
import { stateOf } from './database-state.ts';
import { sampled, seed } from './tier.ts';
import { countTrials } from './trials.ts';
import { undisturbed, type Undisturbed } from './undisturbed.ts';
import {
  operations,
  shortLimit,
  startOperator,
  type Operation,
  type Operator,
  type WireAnswer,
} from './wire-operations.ts';
import { startWireProxy } from './wire-proxy.ts';
import { openWireServer, through, type WireServer } from './wire-server.ts';
import { wireSites } from './wire-sites.ts';

const run = promisify(execFile);

/** The oldest server, which belongs to one test alone. */
const site = wireSites.find(({ version }) => version === 15);

/** The longest time in milliseconds that a server takes to recover or to restart on a busy machine. */
const longestRestart = 30_000;

/** The faults of a server, each given the URL of a database on it. */
const serverFaults = {
  'kill -9 of a server process': async (url: string) => {
    const [row] = await queryAt(
      url,
      `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() limit 1`,
    );
    if (row === undefined) return;
    try {
      // The server then ends all its processes, and recovers.
      process.kill(Number(row['pid']), 'SIGKILL');
    } catch (error) {
      // It has just ended by itself.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  },
  'a fast restart': (url: string) => restart(url, 'fast'),
  'an immediate restart': (url: string) => restart(url, 'immediate'),
} as const;

type ServerFault = keyof typeof serverFaults;

/** Restarts the server with the `pg_ctl` beside its program, as its user. */
async function restart(url: string, mode: 'fast' | 'immediate'): Promise<void> {
  const [row] = await queryAt(
    url,
    `select current_setting('data_directory') as folder, split_part(pg_read_file('postmaster.pid'), e'\\n', 1) as pid`,
  );
  const folder = String(row?.['folder']);
  const program = join(dirname(readlinkSync(`/proc/${String(row?.['pid'])}/exe`)), 'pg_ctl');
  const { uid, gid } = statSync(folder);
  await run(program, ['-D', folder, '-m', mode, '-w', '-l', '/dev/null', 'restart'], { uid, gid, cwd: '/' });
}

/** A message of an operation, at which the server ends or a dump is taken. */
interface Moment {
  readonly operation: Operation;
  /** The operation without a fault. */
  readonly goal: Undisturbed;
  readonly k: number;
}

/** Returns every `step`th message of all operations. */
async function momentsOf(server: WireServer, operator: Operator, step: number): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  for (const operation of operations) {
    const goal = await undisturbed(operation, server, operator);
    expect(goal.answer).toMatchObject({ error: null });
    for (let k = 3; k < goal.messages.length; k += step) moments.push({ operation, goal, k });
  }
  return moments;
}

/** Performs the operation of a moment in a database of its own, with a fault at that moment. */
async function performWith(
  { operation, goal, k }: Moment,
  { server, operator }: { readonly server: WireServer; readonly operator: Operator },
  fault: (url: string) => Promise<unknown>,
): Promise<{ readonly answer: WireAnswer; readonly name: string; readonly url: string }> {
  const { name, url } = await server.create(goal.template);
  let injected: Promise<unknown> = Promise.resolve();
  const proxy = await startWireProxy(
    server.port,
    ({ n }) => {
      if (n !== k) return null;
      injected = fault(url);
      // It may fail before the operation ends, and is awaited afterwards.
      injected.catch(() => {});
      return null;
    },
    0,
  );
  const answer = await operator.perform(operation, through(url, proxy.port), { limit: shortLimit() });
  await injected;
  proxy.close();
  return { answer, name, url };
}

/** Repeats work until it succeeds, while the server is not back yet. */
async function onceBack<T>(work: () => Promise<T>): Promise<T> {
  for (const began = performance.now(); ;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() - began > longestRestart) throw error;
      await sleep(100);
    }
  }
}

/** Returns a dump of a database, as statements that any client can run. */
async function dumpOf(url: string): Promise<string> {
  for (;;) {
    try {
      return (await run('pg_dump', ['--inserts', url], { maxBuffer: 2 ** 26 })).stdout;
    } catch (error) {
      // `pg_dump` fails if a table that it has listed is dropped before it locks it.
      if (!/LOCK TABLE/.test(String(error))) throw error;
    }
  }
}

const isLinux = process.platform === 'linux';

describe.runIf(isLinux)(
  `F-28: a server that ends during an operation, SEED=${seed}${isLinux ? '' : ' (skipped: needs /proc)'}`,
  () => {
    it('answers truly, and the next operation reaches the goal', async () => {
      if (site === undefined) throw new Error('there is no site');
      using operator = startOperator();
      await using server = await openWireServer(site);
      const all = (await momentsOf(server, operator, 20)).flatMap((moment) =>
        (Object.keys(serverFaults) as ServerFault[]).map((fault) => ({ fault, moment })),
      );
      const chosen = sampled(all, { quick: 1, full: 6 });
      const outcomes = new Map<string, number>();
      for (const { fault, moment } of chosen) {
        const { operation, goal, k } = moment;
        const title = `${fault} at message ${k} of ${operation}`;
        const { answer, name, url } = await performWith(moment, { server, operator }, serverFaults[fault]);
        const outcome = answer.error?.code ?? 'done';
        outcomes.set(`${fault}: ${outcome}`, (outcomes.get(`${fault}: ${outcome}`) ?? 0) + 1);
        expect(['done', 'DATABASE_UNREACHABLE', 'OUTCOME_UNKNOWN'], `${title}: ${answer.error?.message}`).toContain(
          outcome,
        );
        const found = await onceBack(() => stateOf(url));
        if (answer.error === null) expect(found, title).toEqual(goal.after);
        if (answer.error?.written === 'Nothing was written.') expect(found.ledger, title).toEqual(goal.before.ledger);
        expect(await operator.perform(operation, url), title).toMatchObject({ error: null });
        expect(await stateOf(url), title).toEqual(goal.after);
        expect(await operator.perform(operation, url), title).toMatchObject({ error: null, applied: [] });
        await onceBack(() => server.drop(name));
      }
      console.info(`${chosen.length} trials: ${JSON.stringify(Object.fromEntries(outcomes))}`);
      countTrials(chosen.length);
    }, 1_800_000);
  },
);

describe.runIf(hasPgDump)(`F-43: a dump during an operation${pgDumpSkipReason}, SEED=${seed}`, () => {
  it('is restored elsewhere, where the operation reaches the same state', async () => {
    if (site === undefined) throw new Error('there is no site');
    using operator = startOperator();
    await using server = await openWireServer(site);
    const chosen = sampled(await momentsOf(server, operator, 20), { quick: 1, full: 3 });
    for (const moment of chosen) {
      const { operation, goal, k } = moment;
      const title = `a dump at message ${k} of ${operation}`;
      let dump = '';
      const { answer, name } = await performWith(moment, { server, operator }, async (url) => {
        dump = await dumpOf(url);
      });
      // The dump holds locks of its own.
      expect([undefined, 'MIGRATION_BLOCKED'], title).toContain(answer.error?.code);
      const other = await server.create();
      // Newer releases of `pg_dump` add commands of `psql`.
      await queryAt(other.url, dump.replaceAll(/^\\.*$/gm, ''));
      expect(await operator.perform(operation, other.url), title).toMatchObject({ error: null });
      expect(await stateOf(other.url), title).toEqual(goal.after);
      await Promise.all([server.drop(name), server.drop(other.name)]);
    }
    countTrials(chosen.length);
  }, 1_800_000);
});
