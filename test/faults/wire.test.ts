import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { dropDatabase, emptyDatabase, onServer } from '../helper/database.ts';
import { stateOf, type State } from './database-state.ts';
import { sampled, seed } from './tier.ts';
import { countTrials } from './trials.ts';
import { operations, startOperator, type Operation, type Operator, type WireAnswer } from './wire-operations.ts';
import { faults, startWireProxy, type Fault, type Injection } from './wire-proxy.ts';

/** A fault at one message of one operation. To repeat it: FAULT='up cut before 12' npx vitest run test/faults/wire */
interface Trial extends Injection {
  readonly operation: Operation;
  readonly k: number;
}

/** Longer than the kernel waits for an answer, which is half a second. */
const stallTime = 800;

/** Beyond all limits of the child process together. */
const longestTrial = 30_000;

/** The verdicts that are true after a fault. */
const honest = ['DATABASE_UNREACHABLE', 'OUTCOME_UNKNOWN'];

/** Waits until nothing of the operation is left on the server, at most 5 s. */
async function assertNothingLeft(name: string, title: string): Promise<void> {
  const left = `select
    (select count(*)::int from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = '${name}')) as locks,
    (select count(*)::int from pg_stat_activity where datname = '${name}' and state like 'idle in transaction%') as open`;
  await expect
    .poll(() => onServer('postgres', left), { timeout: 5000, interval: 100, message: `${title}: left on the server` })
    .toEqual([{ locks: 0, open: 0 }]);
}

describe(`F-03, F-10, F-30: a fault at every message of an operation, SEED=${seed}`, () => {
  let operator: Operator;
  const undisturbed = new Map<
    Operation,
    { readonly messages: number; readonly before: State; readonly after: State }
  >();

  beforeAll(() => void (operator = startOperator()));
  afterAll(() => operator[Symbol.dispose]());

  /** Creates the database in which an operation begins. */
  async function begin(
    operation: Operation,
  ): Promise<{ readonly name: string; readonly url: string; readonly drop: () => Promise<void> }> {
    const target = await emptyDatabase('postgres');
    if (target.kind !== 'postgres') throw new Error('expected a server');
    if (operation === 'down') expect(await operator.perform('up', target.url)).toMatchObject({ error: null });
    return { name: new URL(target.url).pathname.slice(1), url: target.url, drop: () => dropDatabase(target) };
  }

  const through = (url: string, port: number): string => url.replace(/:\d+\//, `:${port}/`);

  /** Checks an answer against the database: it must not claim anything that is not so. */
  function checkAnswer({ applied, error }: WireAnswer, { ledger }: State, trial: Trial, title: string): void {
    const { before, after } = undisturbed.get(trial.operation) ?? { before: { ledger: [] }, after: { ledger: [] } };
    if (error === null) {
      expect(ledger, title).toEqual(after.ledger);
      expect(applied?.length, title).toBeLessThanOrEqual(Math.abs(after.ledger.length - before.ledger.length));
      return;
    }
    // Nobody can tell a second connection that goes silent from a pool of one.
    const isSilent = trial.fault === 'half-open' && error.code === 'DIRECT_CONNECTION_NEEDED';
    if (!isSilent) expect(honest, `${title}: ${error.message}`).toContain(error.code);
    if (error.written === 'Nothing was written.') expect(ledger, title).toEqual(before.ledger);
  }

  async function attempt(trial: Trial): Promise<boolean> {
    const { operation, fault, place, k } = trial;
    const title = `FAULT='${operation} ${fault} ${place} ${k}'`;
    const goal = undisturbed.get(operation);
    const { name, url, drop } = await begin(operation);
    const proxy = await startWireProxy(
      inject('postgresPort'),
      ({ n }) => (n === k ? { fault, place } : null),
      stallTime,
    );
    const began = performance.now();
    const answer = await operator.perform(operation, through(url, proxy.port));
    expect(performance.now() - began, title).toBeLessThan(longestTrial);
    const isReached = proxy.messages.length >= k;
    await assertNothingLeft(name, title);
    checkAnswer(answer, await stateOf(url), trial, title);
    proxy.close();
    expect(await operator.perform(operation, url), title).toMatchObject({ error: null });
    expect(await stateOf(url), title).toEqual(goal?.after);
    expect(await operator.perform(operation, url), title).toMatchObject({ error: null, applied: [] });
    await drop();
    return isReached;
  }

  it.each(operations)('%s: counts the messages of an undisturbed operation', async (operation) => {
    const { url, drop } = await begin(operation);
    const before = await stateOf(url);
    const proxy = await startWireProxy(inject('postgresPort'), () => null, stallTime);
    expect(await operator.perform(operation, through(url, proxy.port))).toMatchObject({ error: null });
    proxy.close();
    undisturbed.set(operation, { messages: proxy.messages.length, before, after: await stateOf(url) });
    await drop();
    expect(proxy.messages.length).toBeGreaterThan(20);
    console.info(`${operation}: ${proxy.messages.length} messages`);
  });

  it('answers truly, leaves nothing behind, and the next operation reaches the goal', async () => {
    const asked = process.env['FAULT']?.split(' ');
    const all = operations.flatMap((operation) =>
      Array.from({ length: undisturbed.get(operation)?.messages ?? 0 }, (_, i) => i + 1).flatMap((k) =>
        faults.flatMap((fault) =>
          (['before', 'after'] as const).map((place): Trial => ({ operation, fault, place, k })),
        ),
      ),
    );
    const chosen =
      asked === undefined
        ? sampled(all, { quick: 24, full: 400 })
        : all.filter(({ operation, fault, place, k }) => asked.join(' ') === `${operation} ${fault} ${place} ${k}`);
    expect(chosen.length).toBeGreaterThan(0);
    const counts = new Map<Fault, number>();
    const failures: unknown[] = [];
    const pending = chosen[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (const trial of pending) {
        const isReached = await attempt(trial).catch((error: unknown) => (failures.push(error), true));
        if (isReached) counts.set(trial.fault, (counts.get(trial.fault) ?? 0) + 1);
      }
    };
    // Most of the time, a trial waits.
    await Promise.all(Array.from({ length: 8 }, worker));
    const injected = [...counts.values()].reduce((sum, n) => sum + n, 0);
    console.info(`${chosen.length} of ${all.length} trials: ${JSON.stringify(Object.fromEntries(counts))}`);
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
    // The server may split its answers differently each time, so that an operation may end before message k.
    expect(injected).toBeGreaterThan(chosen.length * 0.9);
    countTrials(injected);
  }, 3_600_000);
});
