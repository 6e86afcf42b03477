import { expect, test } from 'vitest';
import { testRevisions, writtenByCore } from '../../../test/helper/revision-rules.ts';

const { database, upTo, apply } = await testRevisions('likes', 'plugins/likes/src/migrations');

test('a user likes an object once', async () => {
  await upTo('heads');
  await database().exec(writtenByCore);
  await database().exec('insert into likes_like (user_id, object_id) values (1, 1), (2, 1)');
  await expect(database().exec('insert into likes_like (user_id, object_id) values (2, 1)')).rejects.toThrow(
    'likes_like_user_id_object_id_unique',
  );
});

test('likes that were there before the count are counted', async () => {
  await upTo(['core@head', 'likes@0001_create_like']);
  await database().exec(writtenByCore);
  await database().exec('insert into core_object (author_id) values (2)');
  await database().exec('insert into likes_like (user_id, object_id) values (1, 1), (2, 1)');
  await apply('likes@0002_count_on_object');
  const { rows } = await database().query('select id, likes_count from core_object order by id');
  expect(rows).toEqual([
    { id: 1, likes_count: 2 },
    { id: 2, likes_count: 0 },
  ]);
});
