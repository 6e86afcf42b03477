import { execFile } from 'node:child_process';
import { readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hasPgDump, pgDumpSkipReason } from '../../core/dev/test/difference/pg-dump.ts';
import { queryAt } from '../helper/database.ts';
import { stateOf, type State } from './database-state.ts';
import { sampled, seed } from './tier.ts';
import { countTrials } from './trials.ts';
import { shortLimit, startOperator, type Operator, type WireAnswer } from './wire-operations.ts';
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
    // The server then ends all its processes, and recovers.
    if (row !== undefined) process.kill(Number(row['pid']), 'SIGKILL');
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

/** An upgrade, and something that happens at its message `k`. */
async function upgradeWith(
  { server, operator, k }: { readonly server: WireServer; readonly operator: Operator; readonly k: number },
  fault: (url: string, name: string) => Promise<unknown>,
): Promise<{ readonly answer: WireAnswer; readonly name: string; readonly url: string }> {
  const { name, url } = await server.create();
  let injected: Promise<unknown> = Promise.resolve();
  const proxy = await startWireProxy(
    server.port,
    ({ n }) => {
      if (n === k) injected = fault(url, name);
      return null;
    },
    0,
  );
  const answer = await operator.perform('up', through(url, proxy.port), { limit: shortLimit() });
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

async function goalOf(server: WireServer, operator: Operator): Promise<State> {
  const { url } = await server.create();
  expect(await operator.perform('up', url)).toMatchObject({ error: null });
  return stateOf(url);
}

const isLinux = process.platform === 'linux';

describe.runIf(isLinux)(
  `F-28: a server that ends during an upgrade, SEED=${seed}${isLinux ? '' : ' (skipped: needs /proc)'}`,
  () => {
    it('answers truly, and the next boot converges', async () => {
      if (site === undefined) throw new Error('there is no site');
      using operator = startOperator();
      await using server = await openWireServer(site);
      const goal = await goalOf(server, operator);
      // An upgrade has some 700 messages.
      const all = Array.from({ length: 44 }, (_, i) => i * 15 + 3).flatMap((k) =>
        (Object.keys(serverFaults) as ServerFault[]).map((fault) => ({ fault, k })),
      );
      const chosen = sampled(all, { quick: 1, full: 6 });
      const outcomes = new Map<string, number>();
      for (const { fault, k } of chosen) {
        const title = `${fault} at message ${k}`;
        const { answer, name, url } = await upgradeWith({ server, operator, k }, serverFaults[fault]);
        const outcome = answer.error?.code ?? 'done';
        outcomes.set(`${fault}: ${outcome}`, (outcomes.get(`${fault}: ${outcome}`) ?? 0) + 1);
        expect(['done', 'DATABASE_UNREACHABLE', 'OUTCOME_UNKNOWN'], `${title}: ${answer.error?.message}`).toContain(
          outcome,
        );
        const found = await onceBack(() => stateOf(url));
        if (answer.error === null) expect(found, title).toEqual(goal);
        if (answer.error?.written === 'Nothing was written.') expect(found.ledger, title).toEqual([]);
        expect(await operator.perform('up', url), title).toMatchObject({ error: null });
        expect(await stateOf(url), title).toEqual(goal);
        expect(await operator.perform('up', url), title).toMatchObject({ error: null, applied: [] });
        await onceBack(() => server.drop(name));
      }
      console.info(`${chosen.length} trials: ${JSON.stringify(Object.fromEntries(outcomes))}`);
      countTrials(chosen.length);
    }, 1_800_000);
  },
);

describe.runIf(hasPgDump)(`F-43: a dump during an upgrade${pgDumpSkipReason}, SEED=${seed}`, () => {
  it('is restored elsewhere, and boots to the same state', async () => {
    if (site === undefined) throw new Error('there is no site');
    using operator = startOperator();
    await using server = await openWireServer(site);
    const goal = await goalOf(server, operator);
    const points = Array.from({ length: 44 }, (_, i) => i * 15 + 10);
    const chosen = sampled(points, { quick: 1, full: 3 });
    for (const k of chosen) {
      const title = `a dump at message ${k}`;
      let dump = '';
      const { answer, name } = await upgradeWith({ server, operator, k }, async (url) => {
        // As statements, which any client can run.
        dump = (await run('pg_dump', ['--inserts', url], { maxBuffer: 2 ** 26 })).stdout;
      });
      // The dump holds locks of its own.
      expect([undefined, 'MIGRATION_BLOCKED'], title).toContain(answer.error?.code);
      const other = await server.create();
      // Newer releases of `pg_dump` add commands of `psql`.
      await queryAt(other.url, dump.replaceAll(/^\\.*$/gm, ''));
      expect(await operator.perform('up', other.url), title).toMatchObject({ error: null });
      expect(await stateOf(other.url), title).toEqual(goal);
      await Promise.all([server.drop(name), server.drop(other.name)]);
    }
    countTrials(chosen.length);
  }, 1_800_000);
});
