import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { makeProject } from '../helper/project.ts';
import { countTrials } from './trials.ts';

const holders = [
  ['reads', 'select count(*) from item'],
  ['writes', 'insert into item values (1)'],
] as const;

describe.each(holders)('F-11: an upgrade whose table somebody %s in an open transaction', (_, text) => {
  it('makes no live query wait longer than its lock_timeout, names the session, and succeeds once it is gone', async () => {
    const database = await emptyDatabase('postgres');
    const project = await makeProject({
      database,
      config: { upgrade: { lockTimeout: 0.3, retryFor: 2 } },
      plugins: {
        core: {
          revisions: { '0001_item': 'create table item (id int)', '0002_name': 'alter table item add name text' },
        },
      },
    });
    expect(await project.kernel('migrate:up', 'core@0001')).toMatchObject({ code: 0 });
    const connect = async (name: string): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: urlOf(database), application_name: name });
      await client.connect();
      return client;
    };
    const [holder, live] = [await connect('a long transaction'), await connect('live')];
    await holder.query(`begin; ${text}`);

    const upgrade = project.start('migrate:up');
    let queries = 0;
    let longest = 0;
    while (upgrade.child.exitCode === null) {
      const began = performance.now();
      await live.query('select count(*) from item');
      longest = Math.max(longest, performance.now() - began);
      queries += 1;
    }
    const blocked = await upgrade.finished;
    expect(blocked, blocked.stderr).toMatchObject({ code: 31 });
    expect(blocked.stderr).toContain('a long transaction');
    expect(queries).toBeGreaterThan(100);
    // Without a limit it would be the two seconds of all attempts together. The rest is room for a busy machine.
    expect(longest).toBeGreaterThan(100);
    expect(longest).toBeLessThan(1500);

    await holder.end();
    expect(await project.kernel('migrate:up')).toMatchObject({ code: 0 });
    await live.end();
    countTrials(queries);
  }, 60_000);
});
