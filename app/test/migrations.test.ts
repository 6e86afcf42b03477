import { openTestDatabase } from '@headwater/dev/testing';
import { expect, test } from 'vitest';

test('a story is an object and needs no link', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  await database.query("insert into core_user (name) values ('ada')");
  await database.query('insert into core_object (author_id) values (1)');
  await database.query("insert into app_story (id, title) values (1, 'Ask: which way to the sea?')");
  const stories = await database.query('select author_id, title, url from core_object join app_story using (id)');
  expect(stories).toEqual([{ author_id: 1, title: 'Ask: which way to the sea?', url: null }]);
});
