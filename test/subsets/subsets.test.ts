import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Story } from '@headwater/app';
import { Objects, Users } from '@headwater/plugin-core';
import { Database } from '@headwater/kernel/plugin';
import { Comment, Comments } from '@headwater/plugin-comments';
import { Likes } from '@headwater/plugin-likes';
import { Messages } from '@headwater/plugin-messages';
import { sql } from '@mikro-orm/core';
import { appRules } from '../../app/test/rules.ts';
import { coreRules } from '../../plugins/core/test/rules.ts';
import { commentsRules } from '../../plugins/comments/test/rules.ts';
import { likesRules, type RunningKernel } from '../../plugins/likes/test/rules.ts';
import { messagesRules } from '../../plugins/messages/test/rules.ts';
import { emptyDatabase } from '../helper/database.ts';
import { firstParty, makeCommunity, subsets, type Community, type FirstParty } from './community.ts';

const rules: Readonly<Record<FirstParty, (kernel: () => RunningKernel) => void>> = {
  app: appRules,
  comments: commentsRules,
  likes: likesRules,
  messages: messagesRules,
};

/** One database for all that follows: each boot finds what the ones before it have left, and switches one plugin. */
describe('on the same data', () => {
  let community: Community;
  /** Ids of what the first of all boots writes. */
  let story: number;
  let comment: number;
  let message: number;
  let reader: number;
  beforeAll(async () => {
    community = makeCommunity(await emptyDatabase('postgres'));
    await using app = await community.bootWith(firstParty);
    const { get, run } = kernelOf(app);
    await run(async () => {
      const author = (await get(Users).create({ name: 'author' })).id;
      reader = (await get(Users).create({ name: 'reader' })).id;
      story = (await get(Objects).publish(Story, { author, title: 'A river' })).id;
      comment = (await get(Comments).reply({ author: reader, to: story, body: 'Which one?' })).id;
      await get(Likes).like(reader, story);
      message = await get(Messages).send({ from: author, to: [reader], subject: 'Hello', body: 'That one.' });
    });
  });

  describe.each(subsets.map((active) => ({ active })))('an application with core and $active', ({ active }) => {
    let kernel: RunningKernel;
    let stop: () => Promise<void>;
    let report: { readonly applied: readonly string[]; readonly dormant: readonly string[] };
    beforeAll(async () => {
      const app = await community.bootWith(active);
      ({ stop, report } = app);
      kernel = kernelOf(app);
    });
    afterAll(() => stop());

    test('boots without changing the database, and calls dormant what is switched off', () => {
      expect(report.applied).toEqual([]);
      const dormant = new Set(report.dormant.map((id) => id.split('@')[0]));
      expect(dormant).toEqual(new Set(firstParty.filter((name) => !active.includes(name))));
    });

    test('finds an object of whatever kind, as no more than an object while its plugin is switched off', async () => {
      const { get, run } = kernel;
      const [one, other] = await run(() => Promise.all([get(Objects).get(story), get(Objects).get(comment)]));
      expect(one instanceof Story).toBe(active.includes('app'));
      expect(other instanceof Comment).toBe(active.includes('comments'));
    });

    coreRules(() => kernel);
    for (const name of active) rules[name](() => kernel);
  });

  test('what the first boot wrote is there after all of them', async () => {
    await using app = await community.bootWith(firstParty);
    const { get, run } = kernelOf(app);
    await run(async () => {
      expect(await get(Objects).get(story)).toBeInstanceOf(Story);
      expect(await get(Comments).thread(story)).toMatchObject([{ id: comment, content: { body: 'Which one?' } }]);
      expect(await get(Likes).has(reader, story)).toBe(true);
      expect(await get(Messages).read(reader, message)).toMatchObject({ body: 'That one.', unread: true });
    });
  });

  test('every count of likes is right after all of them', async () => {
    await using app = await community.bootWith(firstParty);
    const { run, database } = kernelOf(app);
    const wrong = await run(() =>
      database.em.execute(sql`
        select id from core_object
          where likes_count <> (select count(*) from likes_like where likes_like.object_id = core_object.id)
      `),
    );
    expect(wrong).toEqual([]);
  });
});

function kernelOf({ get }: { readonly get: RunningKernel['get'] }): RunningKernel {
  const database = get(Database);
  return { get, database, run: database.inContext };
}
