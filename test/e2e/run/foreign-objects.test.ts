import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../helper/database.ts';
import type { PluginSketch } from '../../helper/project.ts';
import { failureOf, makeApplication, pluginOf, writeCode, type Application, type Failure } from './history.ts';

const core: PluginSketch = {
  revisions: {
    '0001': `create table core_user (id int primary key, display_name text);
      create table core_object (id int primary key); insert into core_user values (1, 'Ada')`,
  },
};
const likes = pluginOf('create table likes_like (user_id int); insert into likes_like values (1)');

/** Upgrades and checks that plugin x leaves no trace. Returns the error. */
async function refusalOf(application: Application): Promise<Failure> {
  const done = await application.kernel('migrate:up', '--json');
  expect(new Set(await application.applied())).toEqual(new Set(['core@0001', 'likes@0001']));
  expect(await application.query('select id, display_name from core_user')).toEqual([{ id: 1, display_name: 'Ada' }]);
  expect(await application.query('select user_id from likes_like')).toEqual([{ user_id: 1 }]);
  expect((await application.kernel('migrate:status')).code).toBe(3);
  return failureOf(done, 35, 'OWNERSHIP_VIOLATED');
}

/** Returns the fields of an error that names the plugin, the revision and `object`. */
function naming(object: string): object {
  return {
    message: expect.stringMatching(new RegExp(`(?=.*"x")(?=.*x@0001)(?=.*${object})`, 's')) as unknown,
    written: expect.stringContaining('It was rolled back') as unknown,
    details: { revision: 'x@0001' },
  };
}

const drop = 'alter table core_user drop column display_name';
const after = { requires: ['likes'] };
const dependsOn = ['core@0001', 'likes@0001'];

describe.each(databaseKinds)('a revision may not touch objects of other plugins on %s', (kind) => {
  it.each([
    ['run-40: plain SQL', drop, 'core_user'],
    ['run-40: a block', `do $$ begin ${drop}; end $$`, 'core_user'],
    [
      'run-40: a function',
      `create function x_f() returns void language sql as '${drop}'; select x_f(); drop function x_f()`,
      'core_user',
    ],
    [
      'run-40: dynamic SQL',
      `do $$ begin execute 'alter table core' || '_user drop column display_name'; end $$`,
      'core_user',
    ],
    [
      'run-41: dynamic SQL that deletes rows',
      `do $$ begin execute 'delete from likes' || '_like'; end $$`,
      'likes_like',
    ],
    ['dynamic SQL that truncates', `do $$ begin execute 'truncate likes' || '_like'; end $$`, 'likes_like'],
    ['run-42: the ledger', `delete from kernel.ledger where plugin = 'core'`, 'kernel.ledger'],
  ])('%s is rolled back', async (_, up, object) => {
    const x = { ...after, revisions: { '0001': { up, dependsOn } } };
    expect(await refusalOf(await makeApplication(kind, { core, likes, x }))).toMatchObject(naming(object));
  });

  it('run-41: rows deleted by a code revision are rolled back', async () => {
    const application = await makeApplication(kind, { core, likes, x: after });
    writeCode(application, 'x@0001', null, 'await query(sql`delete from likes_like`);', dependsOn);
    expect(await refusalOf(application)).toMatchObject(naming('likes_like'));
  });
});
