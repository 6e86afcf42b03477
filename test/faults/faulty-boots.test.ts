import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateOf, type State } from './database-state.ts';
import { seed, tier } from './tier.ts';
import { countTrials, openTrialLog } from './trials.ts';
import { startOperator, type Operator, type WireAnswer } from './wire-operations.ts';
import { faults, startWireProxy, type Injection } from './wire-proxy.ts';
import { assertNothingLeft, openWireServer, through, type WireServer } from './wire-server.ts';
import { wireSites } from './wire-sites.ts';

/** The points from which a boot begins: the targets that were applied before. `null`: an empty database. */
const beginnings = [null, 'core@0001', 'core@0003', 'items@0001', 'items@0002'] as const;

/** A boot and its fault at message `k`. */
interface FaultyBoot {
  readonly k: number;
  /** `terminate` ends all server processes of the database, and `kill` is kill -9 of the booting process. */
  readonly fault: Injection | 'terminate' | 'kill' | 'none';
}

/** Some boots at the same time, from one of {@link beginnings}. */
interface FaultyBoots {
  readonly beginning: (typeof beginnings)[number];
  readonly boots: readonly FaultyBoot[];
}

const fault: fc.Arbitrary<FaultyBoot['fault']> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      fault: fc.constantFrom(...faults),
      place: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  { weight: 4, arbitrary: fc.constant('terminate' as const) },
  { weight: 1, arbitrary: fc.constant('kill' as const) },
);

// An upgrade of an empty database has some 700 messages, and most of them are before the first revision.
const k = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 650 }));

const trials: fc.Arbitrary<FaultyBoots> = fc.record({
  beginning: fc.constantFrom(...beginnings),
  boots: fc
    .tuple(
      fc.record({ k, fault }),
      fc.array(fc.record({ k, fault: fc.oneof(fault, fc.constant('none' as const)) }), { maxLength: 2 }),
    )
    .map(([first, others]) => [first, ...others]),
});

/** The verdicts that are true after a fault. Another boot may wait for the lock of one that went silent. */
const honest = ['DATABASE_UNREACHABLE', 'OUTCOME_UNKNOWN', 'LOCK_WAIT_TIMEOUT', 'DIRECT_CONNECTION_NEEDED'];

/** How many trials run in one test: 10,000 faulty boots in ten tests of the long tier. */
const most = { quick: 0, full: 30, long: 500 }[tier];
const batches = Array.from({ length: tier === 'long' ? 10 : 1 }, (_, i) => i + 1);

describe.runIf(most > 0)('F-01 to F-04, F-10, F-28, F-30: boots with faults, several at once', () => {
  it.each(batches)(
    `answer truly, leave nothing behind, and the next boot converges: batch %i, SEED=${seed}`,
    async (batch) => {
      const [site] = wireSites;
      if (site === undefined) throw new Error('there is no site');
      await using server = await openWireServer(site);
      using steady = startOperator();
      const goal = await goalOf(server, steady);
      const templates = new Map<string | null, string>();
      for (const beginning of beginnings) {
        const { name, url } = await server.create();
        if (beginning !== null) {
          expect(await steady.perform('up', url, true, beginning)).toMatchObject({ error: null });
        }
        templates.set(beginning, name);
      }
      const counts = new Map<string, number>();
      const failures: unknown[] = [];
      const chosen = fc.sample(trials, { seed: seed * 100 + batch, numRuns: most });
      const log = openTrialLog();
      const pending = chosen.entries();
      const worker = async (): Promise<void> => {
        let operator = startOperator();
        for (const [i, trial] of pending) {
          const name = `batch ${batch} of seed ${seed}, trial ${i}`;
          if (log.has(name)) continue;
          const title = `${name}: ${JSON.stringify(trial)}`;
          const template = templates.get(trial.beginning) ?? 'template1';
          try {
            await attempt(trial, { server, operator, steady, template, goal, title });
            log.add(name, faultyIn(trial));
          } catch (error) {
            failures.push(error);
          }
          for (const { fault: tried } of trial.boots) {
            const kind = typeof tried === 'string' ? tried : tried.fault;
            counts.set(kind, (counts.get(kind) ?? 0) + 1);
          }
          if (trial.boots.some((boot) => boot.fault === 'kill')) {
            operator[Symbol.dispose]();
            operator = startOperator();
          }
        }
        operator[Symbol.dispose]();
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      console.info(`batch ${batch}: ${chosen.length} trials: ${JSON.stringify(Object.fromEntries(counts))}`);
      if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
      countTrials(chosen.reduce((sum, trial) => sum + faultyIn(trial), 0));
    },
    3_600_000,
  );
});

function faultyIn({ boots }: FaultyBoots): number {
  return boots.filter((boot) => boot.fault !== 'none').length;
}

async function goalOf(server: WireServer, operator: Operator): Promise<State> {
  const { name, url } = await server.create();
  expect(await operator.perform('up', url)).toMatchObject({ error: null });
  const goal = await stateOf(url);
  await server.drop(name);
  return goal;
}

interface Place {
  readonly server: WireServer;
  /** The process that boots. */
  readonly operator: Operator;
  /** A process that nothing happens to. */
  readonly steady: Operator;
  readonly template: string;
  readonly goal: State;
  readonly title: string;
}

async function attempt({ boots }: FaultyBoots, place: Place): Promise<void> {
  const { server, operator, steady, template, goal, title } = place;
  const { name, url } = await server.create(template);
  const terminations: Promise<unknown>[] = [];
  const boot = async ({ k: at, fault: injected }: FaultyBoot): Promise<WireAnswer | 'killed'> => {
    const proxy = await startWireProxy(
      server.port,
      ({ n }) => {
        if (n !== at || injected === 'none') return null;
        if (injected === 'kill') operator.kill();
        else if (injected === 'terminate') {
          const all = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;
          terminations.push(server.query(all));
        } else return injected;
        return null;
      },
      1500,
    );
    try {
      return await operator.perform('up', through(url, proxy.port));
    } catch (error) {
      if (boots.some((other) => other.fault === 'kill') && String(error).includes('SIGKILL')) return 'killed';
      throw error;
    } finally {
      proxy.close();
    }
  };
  const answers = await Promise.all(boots.map(boot));
  // A late one must not hit the queries of the test.
  await Promise.all(terminations);
  await assertNothingLeft(server, name, title);
  const found = await stateOf(url);
  for (const answer of answers) {
    if (answer === 'killed') continue;
    if (answer.error === null) expect(found.ledger, title).toEqual(goal.ledger);
    else expect(honest, `${title}: ${answer.error.message}`).toContain(answer.error.code);
  }
  const applied = answers.flatMap((answer) => (answer === 'killed' ? [] : (answer.applied ?? [])));
  expect(applied.length, `${title}: two boots report the same revision`).toBe(new Set(applied).size);
  expect(await steady.perform('up', url), title).toMatchObject({ error: null });
  expect(await stateOf(url), title).toEqual(goal);
  expect(await steady.perform('up', url), title).toMatchObject({ error: null, applied: [] });
  await server.drop(name);
}
