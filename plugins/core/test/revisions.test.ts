import { expect, test } from 'vitest';
import { testRevisions } from '../../../test/helper/revision-rules.ts';

const { database, upTo } = await testRevisions('core', 'plugins/core/src/migrations');

test('no two users have the same name', async () => {
  await upTo('heads');
  await database().exec(`insert into core_user (name) values ('ada')`);
  await expect(database().exec(`insert into core_user (name) values ('ada')`)).rejects.toThrow('core_user_name_unique');
});

test('an activity outlives the object that it was about', async () => {
  await upTo('heads');
  await database().exec(`
    insert into core_user (name) values ('ada');
    insert into core_object (author_id) values (1);
    insert into core_activity (actor_id, verb, object_id) values (1, 'post', 1);
    delete from core_object;
  `);
  const { rows } = await database().query('select verb, object_id from core_activity');
  expect(rows).toEqual([{ verb: 'post', object_id: null }]);
});
