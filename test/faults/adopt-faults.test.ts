import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, inject, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { dropDatabase, emptyDatabase, queryAt } from '../helper/database.ts';
import { makeProject, type Project } from '../helper/project.ts';
import { stateOf, type State } from './database-state.ts';
import { sampled, seed } from './tier.ts';
import { countTrials } from './trials.ts';
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

describe(`migrate:adopt with a fault at a message, SEED=${seed}`, () => {
  it('writes all files or none, answers truly, and adopts the rest the next time', async () => {
    const { target, project } = await makeShop();
    const files = join(project.folderOf('shop'), 'src/migrations');
    const filesNow = (): readonly string[] => (existsSync(files) ? readdirSync(files).toSorted() : []);

    /** Adopts the history through a proxy. Returns the number of messages, and the exit code. */
    const adoptWith = async (injected: (Injection & { readonly k: number }) | null) => {
      const proxy = await startWireProxy(
        inject('postgresPort'),
        ({ n }) => (n === injected?.k ? injected : null),
        3000,
      );
      project.reconfigure((config) => (config['database'] = through(target.url, proxy.port)));
      const done = await project.kernel(...adopt);
      proxy.close();
      project.reconfigure((config) => (config['database'] = target.url));
      return { messages: proxy.messages.length, done };
    };
    const begin = async (): Promise<void> => {
      rmSync(files, { recursive: true, force: true });
      await queryAt(target.url, 'drop schema if exists kernel cascade');
    };
    const before = await stateOf(target.url);
    const { messages, done: undisturbed } = await adoptWith(null);
    expect(undisturbed, undisturbed.stdout + undisturbed.stderr).toMatchObject({ code: 0 });
    const goal: State = await stateOf(target.url);
    const goalFiles = filesNow();
    expect(goalFiles).toHaveLength(2);
    expect(goal).toEqual({ ...before, ledger: goal.ledger });
    expect(goal.ledger).toHaveLength(2);

    const all = Array.from({ length: messages }, (_, i) => i + 1).flatMap((k) =>
      (['before', 'after'] as const).map((place) => ({ k, place, fault: faults[k % faults.length] ?? 'cut' })),
    );
    const chosen = sampled(all, { quick: 1, full: 4 });
    const outcomes = new Map<number | null, number>();
    for (const trial of chosen) {
      await begin();
      const title = `adopt ${trial.fault} ${trial.place} ${trial.k}`;
      const { done } = await adoptWith(trial);
      outcomes.set(done.code, (outcomes.get(done.code) ?? 0) + 1);
      expect(honest, `${title}: ${done.stdout}${done.stderr}`).toContain(done.code);
      expect([[], goalFiles], title).toContainEqual(filesNow());
      const found = await stateOf(target.url);
      expect([[], goal.ledger], title).toContainEqual(found.ledger);
      if (done.code === 0) expect(found, title).toEqual(goal);
      const next = await project.kernel(...adopt);
      expect(next, title + next.stdout + next.stderr).toMatchObject({ code: 0 });
      expect(await stateOf(target.url), title).toEqual(goal);
      expect((await project.kernel('migrate:up', '--json')).json(), title).toMatchObject({ applied: [] });
    }
    console.info(
      `adopt: ${messages} messages, ${chosen.length} trials: ${JSON.stringify(Object.fromEntries(outcomes))}`,
    );
    countTrials(chosen.length);
    await dropDatabase(target);
  }, 3_600_000);
});
