import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPgbouncer, pgbouncerSkipReason } from '../helper/pgbouncer.ts';
import { bootBatches } from './boot-batches.ts';
import { stateOf, type State } from './database-state.ts';
import { seed, tier } from './tier.ts';
import { countTrials, openTrialLog } from './trials.ts';
import { brokeThrice, shortLimit, startOperator, type Operator, type WireAnswer } from './wire-operations.ts';
import { faults, startWireProxy, type Injection } from './wire-proxy.ts';
import { assertNothingLeft, openWireServer, through, type WireServer } from './wire-server.ts';

/** The points from which a boot begins: the targets that were applied before. `null`: an empty database. */
const beginnings = [null, 'core@0001', 'core@0003', 'items@0001', 'items@0002'] as const;

/** A boot and its fault. */
interface FaultyBoot {
  /** The place of the fault: after so many thousandths of the messages of an undisturbed boot. */
  readonly at: number;
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

const at = fc.integer({ min: 0, max: 999 });

const trials: fc.Arbitrary<FaultyBoots> = fc.record({
  beginning: fc.constantFrom(...beginnings),
  boots: fc
    .tuple(
      fc.record({ at, fault }),
      fc.array(
        fc.record({
          at,
          fault: fc.oneof({ weight: 5, arbitrary: fault }, { weight: 1, arbitrary: fc.constant('none' as const) }),
        }),
        { maxLength: 4 },
      ),
    )
    .map(([first, others]) => [first, ...others]),
});

/** The verdicts that are true after a fault. Another boot may wait for the lock of one that went silent. */
const honest = ['DATABASE_UNREACHABLE', 'OUTCOME_UNKNOWN', 'LOCK_WAIT_TIMEOUT', 'DIRECT_CONNECTION_NEEDED'];

/**
 * Whether building an index concurrently exceeded the statement timeout. It waits for all open transactions, including that
 * of a boot that went silent.
 */
function waitedForSilent({ code, message }: NonNullable<WireAnswer['error']>): boolean {
  return code === 'MIGRATION_FAILED' && /items@0002_index.*statement timeout/.test(message);
}

const chosen = bootBatches.filter(({ faults: most }) => most[tier] > 0).map((batch) => [batch.name, batch] as const);

describe.each(chosen)(
  'F-01 to F-04, F-10, F-20, F-28, F-30: boots with faults, several at once: %s',
  (batchName, batch) => {
    const { site } = batch;
    const isMissing = site.pooler !== null && !hasPgbouncer;

    it.skipIf(isMissing)(
      `answer truly, leave nothing behind, and the next boot converges, SEED=${seed}${isMissing ? pgbouncerSkipReason : ''}`,
      async () => {
        const most = batch.faults[tier];
        await using server = await openWireServer(site);
        using steady = startOperator();
        const goal = await goalOf(server, steady);
        const starts = new Map<FaultyBoots['beginning'], Start>();
        for (const beginning of beginnings) starts.set(beginning, await startAt(beginning, server, steady));
        const counts = new Map<string, number>();
        const failures: unknown[] = [];
        const log = openTrialLog();
        let injected = 0;
        // Each has at least one fault, though not every boot lives to see its own.
        const pending = fc
          .sample(trials, { seed: seed * 100 + bootBatches.indexOf(batch), numRuns: most * 2 })
          .entries();
        const worker = async (): Promise<void> => {
          let operator = startOperator();
          for (const [i, trial] of pending) {
            if (injected >= most) break;
            const name = `${batchName}, seed ${seed}, trial ${i}`;
            const start = starts.get(trial.beginning);
            const before = log.trialsOf(name);
            injected += before ?? 0;
            if (before !== undefined || start === undefined) continue;
            const title = `${name}: ${JSON.stringify(trial)}`;
            try {
              const kinds = await attempt(trial, { server, operator, steady, start, goal, title });
              injected += kinds.length;
              for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
              log.add(name, kinds.length);
            } catch (error) {
              failures.push(error);
              // A long run tells at once.
              console.error(String(error));
            }
            if (trial.boots.some((boot) => boot.fault === 'kill')) {
              operator[Symbol.dispose]();
              operator = startOperator();
            }
          }
          operator[Symbol.dispose]();
        };
        await Promise.all(Array.from({ length: 16 }, worker));
        console.info(`${batchName}: ${injected} faults: ${JSON.stringify(Object.fromEntries(counts))}`);
        if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
        expect(injected).toBeGreaterThanOrEqual(most);
        countTrials(injected);
      },
      7_200_000,
    );
  },
);

async function goalOf(server: WireServer, operator: Operator): Promise<State> {
  const { name, url } = await server.create();
  expect(await operator.perform('up', url)).toMatchObject({ error: null });
  const goal = await stateOf(url);
  await server.drop(name);
  return goal;
}

/** A point from which boots begin. */
interface Start {
  /** The database that trials copy. */
  readonly template: string;
  /** The number of messages of an undisturbed boot. */
  readonly messages: number;
}

async function startAt(beginning: FaultyBoots['beginning'], server: WireServer, operator: Operator): Promise<Start> {
  const { name: template, url: templateUrl } = await server.create();
  if (beginning !== null) {
    expect(await operator.perform('up', templateUrl, { to: beginning })).toMatchObject({ error: null });
  }
  const { name, url } = await server.create(template);
  const proxy = await startWireProxy(server.port, () => null, 0);
  expect(await operator.perform('up', through(url, proxy.port))).toMatchObject({ error: null });
  proxy.close();
  await server.drop(name);
  return { template, messages: proxy.messages.length };
}

interface Place {
  readonly server: WireServer;
  /** The process that boots. */
  readonly operator: Operator;
  /** A process that nothing happens to. */
  readonly steady: Operator;
  readonly start: Start;
  readonly goal: State;
  readonly title: string;
}

/** Boots with faults, and checks all oracles. Returns the faults that were injected. */
async function attempt({ boots }: FaultyBoots, place: Place): Promise<readonly string[]> {
  const { server, operator, steady, start, goal, title } = place;
  const { name, url } = await server.create(start.template);
  const limit = shortLimit();
  const terminations: Promise<unknown>[] = [];
  const kinds: string[] = [];
  const boot = async ({ at: thousandths, fault: injected }: FaultyBoot): Promise<WireAnswer | 'killed'> => {
    const k = 1 + Math.floor((start.messages * thousandths) / 1000);
    const proxy = await startWireProxy(
      server.port,
      ({ n }) => {
        if (n !== k || injected === 'none') return null;
        kinds.push(typeof injected === 'string' ? injected : injected.fault);
        if (injected === 'kill') operator.kill();
        else if (injected === 'terminate') {
          const all = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;
          terminations.push(server.query(all));
        } else return injected;
        return null;
      },
      1500 * limit,
    );
    try {
      return await operator.perform('up', through(url, proxy.port), { limit });
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
  await assertNothingLeft(server, name, title, limit);
  const found = await stateOf(url);
  for (const answer of answers) {
    if (answer === 'killed') continue;
    if (answer.error === null) expect(found.ledger, title).toEqual(goal.ledger);
    else if (!brokeThrice(answer.error) && !waitedForSilent(answer.error)) {
      expect(honest, `${title}: ${answer.error.message}`).toContain(answer.error.code);
    }
  }
  const applied = answers.flatMap((answer) => (answer === 'killed' ? [] : (answer.applied ?? [])));
  expect(applied.length, `${title}: two boots report the same revision`).toBe(new Set(applied).size);
  expect(await steady.perform('up', url), title).toMatchObject({ error: null });
  expect(await stateOf(url), title).toEqual(goal);
  expect(await steady.perform('up', url), title).toMatchObject({ error: null, applied: [] });
  await server.drop(name);
  return kinds;
}
