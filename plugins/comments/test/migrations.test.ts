import { openTestDatabase, type TestDatabase } from '@headwater/dev/testing';
import { expect, test } from 'vitest';

/** Grace comments on Ada's object, and Ada replies. */
async function insertThread({ query }: TestDatabase): Promise<void> {
  await query("insert into core_user (name) values ('ada'), ('grace')");
  await query('insert into core_object (author_id) values (1), (2), (1)');
  await query("insert into comments_comment (id, in_reply_to, body) values (2, 1, 'Nice.'), (3, 2, 'Thank you.')");
  await query("insert into core_activity (actor_id, verb, object_id) values (1, 'post', 1), (2, 'reply', 1)");
  await query('insert into comments_reply (id, comment_id) values (2, 2)');
}

test('a comment is an object, so it can be commented on', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  await insertThread(database);
  const comments = await database.query(
    'select id, author_id, in_reply_to from core_object join comments_comment using (id) order by id',
  );
  expect(comments).toEqual([
    { id: 2, author_id: 2, in_reply_to: 1 },
    { id: 3, author_id: 1, in_reply_to: 2 },
  ]);
});

test('an object with comments cannot be deleted', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  await insertThread(database);
  await expect(database.query('delete from core_object where id = 1')).rejects.toThrow(
    'comments_comment_in_reply_to_foreign',
  );
});

test('deleting a comment deletes its reply and keeps the activity', async () => {
  await using database = await openTestDatabase();
  await database.upgrade();
  await insertThread(database);
  await database.query('delete from core_object where id = 3');
  await database.query('delete from core_object where id = 2');
  const left = await database.query(`
    select (select count(*)::int from comments_comment) as comments, (select count(*)::int from comments_reply) as replies,
      (select count(*)::int from core_activity where verb = 'reply') as activities
  `);
  expect(left).toEqual([{ comments: 0, replies: 0, activities: 1 }]);
});
