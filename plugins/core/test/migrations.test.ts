import { openTestDatabase } from '@headwater/dev/testing';
import { expect, test } from 'vitest';

test('user names are unique', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  await database.query("insert into core_user (name) values ('ada')");
  await expect(database.query("insert into core_user (name) values ('ada')")).rejects.toThrow('core_user_name_unique');
});

test('an activity outlives its object', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  await database.query("insert into core_user (name) values ('ada')");
  await database.query('insert into core_object (author_id) values (1)');
  await database.query("insert into core_activity (actor_id, verb, object_id) values (1, 'post', 1)");
  await database.query('delete from core_object');
  const activities = await database.query('select verb, object_id from core_activity');
  expect(activities).toEqual([{ verb: 'post', object_id: null }]);
});
