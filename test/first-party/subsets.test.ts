import { Story } from '@headwater/app';
import { Database } from '@headwater/kernel/plugin';
import { Comment, Comments } from '@headwater/plugin-comments';
import { Objects, Users } from '@headwater/plugin-core';
import { Likes } from '@headwater/plugin-likes';
import { Messages } from '@headwater/plugin-messages';
import { sql } from '@mikro-orm/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyDatabase } from '../helper/database.ts';
import { makeCommunity, type Community } from './community.ts';
import { communityPlugins, pluginSets } from './plugins.ts';
import { serviceTests, type RunningKernel } from './service-tests.ts';

const optionalPlugins = communityPlugins.flatMap(({ name }) => (name === 'core' ? [] : [name]));

/** All boots share one database, and each toggles one plugin, so it finds the data of all earlier boots. */
describe('every set of plugins on the same data', () => {
  let community: Community;
  /** Ids of the rows that the first boot writes. */
  let story: number;
  let comment: number;
  let message: number;
  let reader: number;
  let writer: number;
  beforeAll(async () => {
    community = makeCommunity(await emptyDatabase('postgres'));
    await using app = await community.bootWith(optionalPlugins);
    const { get, run } = kernelOf(app);
    await run(async () => {
      writer = (await get(Users).create({ name: 'author' })).id;
      reader = (await get(Users).create({ name: 'reader' })).id;
      story = (await get(Objects).publish(Story, { author: writer, title: 'A river' })).id;
      comment = (await get(Comments).reply({ author: reader, to: story, body: 'Which one?' })).id;
      await get(Likes).like(reader, story);
      message = await get(Messages).send({ from: writer, to: [reader], subject: 'Hello', body: 'That one.' });
    });
  });

  describe.each(pluginSets.map((active) => ({ active })))('core and $active', ({ active }) => {
    let kernel: RunningKernel;
    let stop: () => Promise<void>;
    let report: { readonly applied: readonly string[]; readonly dormant: readonly string[] };
    beforeAll(async () => {
      const app = await community.bootWith(active);
      ({ stop, report } = app);
      kernel = kernelOf(app);
    });
    afterAll(() => stop());

    test('boot without changing the database, and report the revisions of disabled plugins as dormant', () => {
      expect(report.applied).toEqual([]);
      const dormant = new Set(report.dormant.map((id) => id.split('@')[0]));
      expect(dormant).toEqual(new Set(optionalPlugins.filter((name) => !active.includes(name))));
    });

    test('read the objects of all plugins, those of disabled plugins as plain objects', async () => {
      const { get, run } = kernel;
      const [one, other] = await run(() => Promise.all([get(Objects).get(story), get(Objects).get(comment)]));
      expect(one instanceof Story).toBe(active.includes('app'));
      expect(other instanceof Comment).toBe(active.includes('comments'));
    });

    for (const name of ['core', ...active]) serviceTests[name]?.(() => kernel);
  });

  test('keep the rows that the first boot wrote', async () => {
    await using app = await community.bootWith(optionalPlugins);
    const { get, run } = kernelOf(app);
    await run(async () => {
      expect(await get(Objects).get(story)).toBeInstanceOf(Story);
      expect(await get(Comments).thread(story)).toMatchObject([{ id: comment, content: { body: 'Which one?' } }]);
      expect(await get(Likes).has(reader, story)).toBe(true);
      expect(await get(Messages).between(reader, writer)).toMatchObject([
        { id: message, body: 'That one.', unread: true },
      ]);
    });
  });

  test('keep the like count of every object correct', async () => {
    await using app = await community.bootWith(optionalPlugins);
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
