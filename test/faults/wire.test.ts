import { describe, expect, it } from 'vitest';
import { hasPgbouncer, pgbouncerSkipReason } from '../helper/pgbouncer.ts';
import { stateOf, type State } from './database-state.ts';
import { sampled, seed, tier } from './tier.ts';
import { countTrials, openTrialLog } from './trials.ts';
import { undisturbed, type Undisturbed } from './undisturbed.ts';
import {
  brokeThrice,
  operations,
  shortLimit,
  startOperator,
  type Operation,
  type Operator,
  type WireAnswer,
} from './wire-operations.ts';
import { faults, startWireProxy, type Fault, type Injection, type WireMessage } from './wire-proxy.ts';
import { assertNothingLeft, awaitsRestOfCommand, openWireServer, through, type WireServer } from './wire-server.ts';
import { hasSecondConnection, refusesAll, wireSites, type WireSite } from './wire-sites.ts';

/**
 * A fault at one message of one operation. To repeat it:
 * FAULT='PostgreSQL 18: up cut before 12' npm run faults
 */
interface Trial extends Injection {
  readonly operation: Operation;
  readonly k: number;
}

/** Milliseconds for each second that the kernel waits for an answer: longer than that. */
const stallTime = 1500;

/** Milliseconds for each such second: beyond all limits of the child process together. */
const longestTrial = 30_000;

/** The verdicts that are true after a fault. */
const honest = ['DATABASE_UNREACHABLE', 'OUTCOME_UNKNOWN'];

const textOf = ({ operation, fault, place, k }: Trial): string => `${operation} ${fault} ${place} ${k}`;

/** Returns a function that performs the trials of one site. */
function trialsOn(site: WireSite, server: WireServer, operator: Operator) {
  const outside = hasSecondConnection(site);

  /** Checks an answer against the database: it must not claim anything that is not so. */
  function checkAnswer(answer: WireAnswer, { ledger }: State, trial: Trial, goal: Undisturbed, title: string): void {
    const { applied, error } = answer;
    const { before, after } = goal;
    if (error === null) {
      expect(ledger, title).toEqual(after.ledger);
      expect(applied?.length, title).toBeLessThanOrEqual(goal.answer.applied?.length ?? 0);
      return;
    }
    // Nobody can tell a second connection that goes silent from a pool of one.
    const isSilent =
      (trial.fault === 'half-open' || trial.fault === 'stall') && error.code === 'DIRECT_CONNECTION_NEEDED';
    const isExpected = error.code === goal.answer.error?.code;
    if (!isSilent && !isExpected && !brokeThrice(error)) {
      expect(honest, `${title}: ${error.message}`).toContain(error.code);
    }
    if (error.written === 'Nothing was written.') expect(ledger, title).toEqual(before.ledger);
  }

  /** Injects a fault, and checks all oracles. Returns the outcome, or `null` if message k was not reached. */
  async function attempt(trial: Trial, goal: Undisturbed): Promise<string | null> {
    const { operation, fault, place, k } = trial;
    const title = `FAULT='${site.name}: ${textOf(trial)}'`;
    const { name, url } = await server.create(goal.template);
    const limit = shortLimit();
    const proxy = await startWireProxy(server.port, ({ n }) => (n === k ? { fault, place } : null), stallTime * limit);
    const began = performance.now();
    const answer = await operator.perform(operation, through(url, proxy.port), { outside, limit });
    expect(performance.now() - began, title).toBeLessThan(longestTrial * limit);
    const isReached = proxy.messages.length >= k;
    // The kernel ends such a session over another connection. A pool of one has none, so the pooler's keepalive must
    // find out that its client is gone.
    if (fault === 'half-open' && !outside && (await awaitsRestOfCommand(server, name))) proxy.close();
    await assertNothingLeft(server, name, title, limit);
    const found = await stateOf(url);
    checkAnswer(answer, found, trial, goal, title);
    proxy.close();
    if (answer.error === null) expect(found, title).toEqual(goal.after);
    else {
      const next = await operator.perform(operation, through(url, server.port), { outside });
      expect(next.error?.code, `${title}: ${next.error?.message}`).toBe(goal.answer.error?.code);
      expect(await stateOf(url), title).toEqual(goal.after);
    }
    // It has nothing left to do.
    const last = await operator.perform(operation, through(url, server.port), { outside });
    expect(last, title).toMatchObject(goal.answer.error === null ? { error: null, applied: [] } : { applied: null });
    await server.drop(name);
    return isReached ? (answer.error?.code ?? 'done') : null;
  }

  return attempt;
}

/** Prints each message of an operation, and the outcomes of the faults at it. */
function print(operation: Operation, goal: Undisturbed, outcomes: ReadonlyMap<string, string>): void {
  const { messages, answer } = goal;
  const lines = messages.map(({ from, type, n }) => {
    const tried = injections.flatMap(({ fault, place }) => {
      const outcome = outcomes.get(textOf({ operation, fault, place, k: n }));
      return outcome === undefined ? [] : [`${fault} ${place}: ${outcome}`];
    });
    return `  ${n} ${from} ${type}  ${tried.join(', ')}`;
  });
  const rows = messages.filter(({ from, type }) => from === 'server' && type === 'D').length;
  const done = answer.error?.code ?? 'done';
  const title = `${operation}: ${messages.length} messages, of which ${rows} are rows; ${done} without a fault`;
  console.info([title, ...(tier === 'long' ? lines : [])].join('\n'));
}

/** All faults, before and after a message. */
const injections: readonly Injection[] = faults.flatMap((fault) =>
  (['before', 'after'] as const).map((place) => ({ fault, place })),
);

/**
 * Returns the faults to inject at a message: at every message of an upgrade and of a downgrade on the newest server all
 * four, two before it and two after it, and otherwise one after the other.
 */
function injectionsAt({ from, type, n }: WireMessage, operation: Operation, site: WireSite): readonly Injection[] {
  const isRow = from === 'server' && type === 'D';
  const isMain = operation === 'up' || operation === 'down';
  // The rows of a result come in one piece, and a pooler forwards them unread.
  if (site.pooler !== null && (isRow || !isMain)) return [];
  if (site.version !== 18 || site.pooler !== null || !isMain || isRow) {
    return injections.slice(n % injections.length).slice(0, 1);
  }
  const isBefore = (fault: Fault): boolean => (fault === 'cut' || fault === 'stall') === n % 4 < 2;
  return injections.filter(({ fault, place }) => (place === 'before') === isBefore(fault));
}

/** Returns the trial that the variable `FAULT` names. */
function trialIn(text: string): Trial {
  const [operation, fault, place, k] = text.slice(text.indexOf(': ') + 2).split(' ');
  const found: Trial = { operation, fault, place, k: Number(k) } as Trial;
  if (operations.includes(found.operation) && faults.includes(found.fault) && found.k > 0) return found;
  throw new Error(`FAULT must be like 'PostgreSQL 18: up cut before 12', not '${text}'`);
}

const asked = process.env['FAULT'];
const poolers = wireSites.filter(({ pooler }) => pooler !== null);
const most = (site: WireSite) => ({
  quick: { 'PostgreSQL 18': 24 }[site.name] ?? 0,
  // Another two poolers each time.
  full: { 'PostgreSQL 18': 150, 'PostgreSQL 15': 40 }[site.name] ?? ((poolers.indexOf(site) + seed) % 5 === 0 ? 12 : 0),
});
const chosenSites = wireSites.filter((site) =>
  asked === undefined ? tier === 'long' || most(site)[tier] > 0 : asked.startsWith(`${site.name}: `),
);

// Vitest would cut the names with `$name`, and `-t` would not find them.
const named = chosenSites.map((site) => [site.name, site] as const);

describe.each(named)(`F-03, F-10, F-20, F-30: a fault at every message, SEED=${seed}, on %s`, (_, site) => {
  const isMissing = site.pooler !== null && !hasPgbouncer;

  it.skipIf(isMissing)(
    `answers truly, leaves nothing behind, and the next operation reaches the goal${isMissing ? pgbouncerSkipReason : ''}`,
    async () => {
      using operator = startOperator();
      await using server = await openWireServer(site);
      const attempt = trialsOn(site, server, operator);
      const outside = hasSecondConnection(site);
      const goals = new Map<Operation, Undisturbed>();
      for (const operation of operations) {
        const goal = await undisturbed(operation, server, operator, outside);
        if (refusesAll(site)) {
          expect(goal.answer.error).toMatchObject({ exitCode: 22, written: 'Nothing was written.' });
        } else {
          expect(goal.answer).toMatchObject({ error: null });
          expect(goal.messages.length).toBeGreaterThan(20);
        }
        goals.set(operation, goal);
      }
      const all = Array.from(goals, ([operation, { messages }]) =>
        messages.flatMap((message) =>
          injectionsAt(message, operation, site).map((injection): Trial => ({ ...injection, operation, k: message.n })),
        ),
      ).flat();
      const chosen = asked === undefined ? sampled(all, most(site)) : [trialIn(asked)];
      expect(chosen.length).toBeGreaterThan(0);
      const log = openTrialLog();
      const titleOf = (trial: Trial): string => `${site.name}: ${textOf(trial)}`;
      const left = chosen.filter((trial) => !log.has(titleOf(trial)));
      const outcomes = new Map<string, string>();
      const failures: unknown[] = [];
      const pending = left[Symbol.iterator]();
      const worker = async (): Promise<void> => {
        for (const trial of pending) {
          const goal = goals.get(trial.operation);
          if (goal === undefined) continue;
          const outcome = await attempt(trial, goal).catch((error: unknown) => (failures.push(error), null));
          if (outcome === null) continue;
          outcomes.set(textOf(trial), outcome);
          log.add(titleOf(trial));
        }
      };
      // Most of the time, a trial waits.
      await Promise.all(Array.from({ length: 12 }, worker));
      for (const [operation, goal] of goals) print(operation, goal, outcomes);
      console.info(`${outcomes.size} of ${all.length} trials on ${site.name}`);
      if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
      // The server may split its answers differently each time, so that an operation may end before message k.
      expect(outcomes.size).toBeGreaterThan(left.length * 0.9 - 1);
      countTrials(chosen.length - left.length + outcomes.size);
    },
    7_200_000,
  );
});
