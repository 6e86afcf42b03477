import { expect, test } from 'vitest';
import { testRevisions, writtenByCore } from '../../../test/helper/revision-rules.ts';

const { database, upTo } = await testRevisions('comments', 'plugins/comments/src/migrations');

/** Grace comments on Ada's object, and Ada answers the comment. */
const thread = `
  insert into core_object (author_id) values (2), (1);
  insert into comments_comment (id, in_reply_to, body) values (2, 1, 'Nice.'), (3, 2, 'Thank you.');
  insert into core_activity (actor_id, verb, object_id) values (2, 'reply', 1);
  insert into comments_reply (id, comment_id) values (2, 2);
`;

test('a comment is an object, so it can be answered like any other', async () => {
  await upTo('heads');
  await database().exec(writtenByCore + thread);
  const { rows } = await database().query(
    'select id, author_id, in_reply_to from core_object join comments_comment using (id) order by id',
  );
  expect(rows).toEqual([
    { id: 2, author_id: 2, in_reply_to: 1 },
    { id: 3, author_id: 1, in_reply_to: 2 },
  ]);
});

test('an object with answers is not deleted beneath them', async () => {
  await upTo('heads');
  await database().exec(writtenByCore + thread);
  await expect(database().exec('delete from core_object where id = 1')).rejects.toThrow(
    'comments_comment_in_reply_to_foreign',
  );
});

test('a deleted comment takes its details along and leaves the activity', async () => {
  await upTo('heads');
  await database().exec(writtenByCore + thread);
  await database().exec('delete from core_object where id = 3; delete from core_object where id = 2;');
  const left = await database().query(`
    select (select count(*)::int from comments_comment) as comments, (select count(*)::int from comments_reply) as replies,
      (select count(*)::int from core_activity where verb = 'reply') as activities
  `);
  expect(left.rows).toEqual([{ comments: 0, replies: 0, activities: 1 }]);
});
