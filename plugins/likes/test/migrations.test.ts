import { openTestDatabase } from '@headwater/dev/testing';
import { expect, test } from 'vitest';

// `kernel migrate:check` and `kernel migrate:verify` prove that the revisions produce the declared schema and can be
// reverted. These tests cover the rest: constraints, and revisions that change data.

const author = "insert into core_user (name) values ('ada'), ('grace')";
const objects = 'insert into core_object (author_id) values (1), (2)';
const likes = 'insert into likes_like (user_id, object_id) values (1, 1), (2, 1)';

test('a user likes an object at most once', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  for (const statement of [author, objects, likes]) await database.query(statement);
  await expect(database.query('insert into likes_like (user_id, object_id) values (2, 1)')).rejects.toThrow(
    'likes_like_user_id_object_id_unique',
  );
});

test('0002_count_on_object initializes the counter from the existing likes', async () => {
  await using database = await openTestDatabase();
  await database.upgrade('likes@0001_create_like');
  for (const statement of [author, objects, likes]) await database.query(statement);
  await database.upgrade('likes@0002_count_on_object');
  expect(await database.query('select id, likes_count from core_object order by id')).toEqual([
    { id: 1, likes_count: 2 },
    { id: 2, likes_count: 0 },
  ]);
});
