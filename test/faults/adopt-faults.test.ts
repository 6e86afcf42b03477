import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { dropDatabase, emptyDatabase, queryAt } from '../helper/database.ts';
import { makeProject, type Project } from '../helper/project.ts';
import { stateOf, type State } from './database-state.ts';
import { sampled, seed } from './tier.ts';
import { countTrials, openTrialLog } from './trials.ts';
import { faults, startWireProxy, type Injection } from './wire-proxy.ts';
import { through } from './wire-server.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

/** A database whose tables Umzug has made. */
const migrated = `create table customer (id int primary key); create table invoice (id int references customer);
  create table "SequelizeMeta" (name text primary key);
  insert into "SequelizeMeta" values ('0001-customer.sql'), ('0002-invoice.sql')`;

const adopt = ['migrate:adopt', 'shop', '--from', 'umzug', 'old', '--json'];

/** The verdicts that are true after a fault. */
const honest = [0, 20, 36];

async function makeShop(): Promise<{ readonly target: PostgresTarget; readonly project: Project }> {
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('expected a server');
  const project = await makeProject({
    plugins: { shop: { requiresCore: false } },
    database: target,
    config: { core: undefined, upgrade: { lockWait: 20, retryFor: 1, responseTimeout: 2 } },
  });
  project.write('old/0001-customer.sql', 'create table customer (id int primary key)');
  project.write('old/0002-invoice.sql', 'create table invoice (id int references customer)');
  await queryAt(target.url, migrated);
  return { target, project };
}

/** A project and its database. */
interface Shop {
  readonly target: PostgresTarget;
  readonly project: Project;
}

/** Adopts the history through a proxy. Returns the number of messages and the result of the command. */
async function adoptWith({ target, project }: Shop, injected: (Injection & { readonly k: number }) | null) {
  const proxy = await startWireProxy(inject('postgresPort'), ({ n }) => (n === injected?.k ? injected : null), 3000);
  project.reconfigure((config) => (config['database'] = through(target.url, proxy.port)));
  const done = await project.kernel(...adopt);
  proxy.close();
  project.reconfigure((config) => (config['database'] = target.url));
  return { messages: proxy.messages.length, done };
}

const migrationsOf = ({ project }: Shop): string => join(project.folderOf('shop'), 'src/migrations');

function filesOf(shop: Shop): readonly string[] {
  const folder = migrationsOf(shop);
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

/** The outcome of an undisturbed adoption. */
interface Goal {
  readonly state: State;
  readonly files: readonly string[];
}

/** Adopts with a fault, and checks all oracles. Returns the exit code. */
async function attempt(shop: Shop, trial: Injection & { readonly k: number }, goal: Goal): Promise<number | null> {
  const { target, project } = shop;
  rmSync(migrationsOf(shop), { recursive: true, force: true });
  await queryAt(target.url, 'drop schema if exists kernel cascade');
  const title = titleOf(trial);
  const { done } = await adoptWith(shop, trial);
  expect(honest, `${title}: ${done.stdout}${done.stderr}`).toContain(done.code);
  expect([[], goal.files], title).toContainEqual(filesOf(shop));
  const found = await stateOf(target.url);
  expect([[], goal.state.ledger], title).toContainEqual(found.ledger);
  if (done.code === 0) expect(found, title).toEqual(goal.state);
  const next = await project.kernel(...adopt);
  expect(next, title + next.stdout + next.stderr).toMatchObject({ code: 0 });
  expect(await stateOf(target.url), title).toEqual(goal.state);
  expect((await project.kernel('migrate:up', '--json')).json(), title).toMatchObject({ applied: [] });
  return done.code;
}

const titleOf = ({ fault, place, k }: Injection & { readonly k: number }): string => `adopt ${fault} ${place} ${k}`;

describe(`migrate:adopt with a fault at a message, SEED=${seed}`, () => {
  it('writes all files or none, answers truly, and adopts the rest the next time', async () => {
    const first = await makeShop();
    const before = await stateOf(first.target.url);
    const { messages, done: undisturbed } = await adoptWith(first, null);
    expect(undisturbed, undisturbed.stdout + undisturbed.stderr).toMatchObject({ code: 0 });
    const goal: Goal = { state: await stateOf(first.target.url), files: filesOf(first) };
    expect(goal.files).toHaveLength(2);
    expect(goal.state).toEqual({ ...before, ledger: goal.state.ledger });
    expect(goal.state.ledger).toHaveLength(2);

    const all = Array.from({ length: messages }, (_, i) => i + 1).flatMap((k) =>
      (['before', 'after'] as const).map((place) => ({ k, place, fault: faults[k % faults.length] ?? 'cut' })),
    );
    const chosen = sampled(all, { quick: 1, full: 4 });
    const log = openTrialLog();
    const pending = chosen.filter((trial) => !log.has(titleOf(trial)))[Symbol.iterator]();
    const outcomes = new Map<number | null, number>();
    const worker = async (shop: Shop): Promise<void> => {
      for (const trial of pending) {
        const code = await attempt(shop, trial, goal);
        outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
        log.add(titleOf(trial));
      }
      await dropDatabase(shop.target);
    };
    // Each trial starts three processes, and some of them wait.
    const others = await Promise.all(Array.from({ length: chosen.length > 10 ? 3 : 0 }, makeShop));
    await Promise.all([first, ...others].map(worker));
    console.info(
      `adopt: ${messages} messages, ${chosen.length} trials: ${JSON.stringify(Object.fromEntries(outcomes))}`,
    );
    countTrials(chosen.length);
  }, 3_600_000);
});
