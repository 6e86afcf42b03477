import { expect, test } from 'vitest';
import { testRevisions, writtenByCore } from '../../test/helper/revision-rules.ts';

const { database, upTo } = await testRevisions('app', 'app/src/migrations');

test('a story is an object, and may be a question without a link', async () => {
  await upTo('heads');
  await database().exec(writtenByCore);
  await database().exec(`insert into app_story (id, title) values (1, 'Ask: which way to the sea?')`);
  const { rows } = await database().query('select author_id, title, url from core_object join app_story using (id)');
  expect(rows).toEqual([{ author_id: 1, title: 'Ask: which way to the sea?', url: null }]);
});
