import { run } from '../../app/src/seed-command.ts';
import { startTestKernel } from '@headwater/dev/testing';
import { sql } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testDatabase } from '../helper/database.ts';

test('app:seed adds the data of all active plugins, once', async () => {
  // The entities of the command are those of the test's module graph.
  const options = { database: testDatabase('postgres'), import: (url: string) => import(url) as Promise<unknown> };
  await using kernel = await startTestKernel({ plugins: ['./app', 'likes', 'comments', 'messages'], ...options });
  const { get, database } = kernel;
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const seed = (stories: string) =>
    kernel.run(() =>
      run({ get, log: silent, operands: [], values: { stories }, signal: new AbortController().signal }),
    );
  expect((await seed('20')).text).toMatch(/^Added 46 users, 20 stories, 200 comments, [\d,]+ likes, 230 messages\.$/);
  const [counted] = await kernel.run(() =>
    database.em.execute<Readonly<Record<string, number>>[]>(sql`
      select (select count(*) from app_story)::int as stories, (select count(*) from comments_comment)::int as comments,
        (select count(*) from core_object where created_at > now())::int as future,
        (select count(*) from core_object object
          where likes_count <> (select count(*) from likes_like where object_id = object.id))::int as miscounted,
        (select count(*) from comments_comment comment join core_object object using (id)
          join core_object parent on parent.id = comment.in_reply_to
          where object.created_at < parent.created_at)::int as early
    `),
  );
  expect(counted).toEqual({ stories: 20, comments: 200, future: 0, miscounted: 0, early: 0 });
  await expect(seed('20')).rejects.toMatchObject({ reason: 'taken' });
  await expect(seed('many')).rejects.toThrow('--stories must be a positive integer');
});
