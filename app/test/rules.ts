import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Activities, Objects, Users, type User } from '@headwater/plugin-core';
import type { TestKernel } from '@headwater/dev/testing';
import { FrontPage, Stories, Story, type FrontPageStory } from '../src/index.ts';
import { Comments, Likes } from '../src/optional-plugins.ts';

/** A running application, as far as rules need it: also one on data that others have left. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** A story of a test: how old it is, and how many like it. */
interface Sketch {
  readonly hours: number;
  readonly likes?: number;
}

/** What holds for the application, whichever plugins are active. */
export function appRules(kernel: () => RunningKernel): void {
  const user = (): Promise<User> =>
    kernel().run(() =>
      kernel()
        .get(Users)
        .create({ name: `user-${randomUUID().slice(0, 8)}` }),
    );

  /** Publishes stories, liked as far as anybody can like; gives their ids. */
  const publish = async (...sketches: readonly Sketch[]): Promise<readonly number[]> => {
    const { get, run } = kernel();
    const author = await user();
    const ids: number[] = [];
    for (const { hours, likes = 0 } of sketches) {
      const createdAt = new Date(Date.now() - hours * 3_600_000);
      const { id } = await run(() => get(Objects).publish(Story, { author: author.id, title: 'A river', createdAt }));
      for (let i = 0; i < likes; i++) {
        const { id: fan } = await user();
        await run(async () => get.optional(Likes)?.like(fan, id));
      }
      ids.push(id);
    }
    return ids;
  };

  /** The front page, as far as it shows these stories. */
  const top = async (ids: readonly number[]): Promise<readonly FrontPageStory[]> => {
    const shown = await kernel().run(() => kernel().get(FrontPage).top(10_000));
    return shown.filter(({ id }) => ids.includes(id));
  };

  describe('the front page', () => {
    test('ranks by likes and age where stories can be liked, else by age alone', async () => {
      const ids = await publish({ hours: 6, likes: 6 }, { hours: 1 }, { hours: 20, likes: 6 }, { hours: 2 });
      const [six, one, twenty, two] = ids;
      const shown = (await top(ids)).map(({ id }) => id);
      const liked = kernel().get.optional(Likes) !== undefined;
      expect(shown).toEqual(liked ? [six, one, two, twenty] : [one, two, six, twenty]);
    });

    test('gives each story the score (likes + 1) / (hours + 2) ^ 1.8', async () => {
      const sketches = [{ hours: 0, likes: 2 }, { hours: 3, likes: 1 }, { hours: 48 }];
      const ids = await publish(...sketches);
      const liked = kernel().get.optional(Likes) !== undefined;
      const found = await top(ids);
      for (const [i, { hours, likes = 0 }] of sketches.entries()) {
        const story = found.find(({ id }) => id === ids[i]);
        expect(story?.likes).toBe(liked ? likes : null);
        const score = ((liked ? likes : 0) + 1) / (hours + 2) ** 1.8;
        // They grow older while the test runs.
        expect((story?.score ?? 0) / score).toBeCloseTo(1, 1);
      }
    });

    test('says how many comments a story has, where there can be any', async () => {
      const ids = await publish({ hours: 1 }, { hours: 2 });
      const { get, run } = kernel();
      const comments = get.optional(Comments);
      const { id: author } = await user();
      const [first = 0] = ids;
      const answer = await run(async () => comments?.reply({ author, to: first, body: 'Which one?' }));
      if (answer !== undefined) await run(async () => comments?.reply({ author, to: answer.id, body: 'That one.' }));
      const counts = (await top(ids)).map((story) => story.comments);
      expect(counts).toEqual(comments === undefined ? [null, null] : [2, 0]);
    });

    test('leaves deleted stories out', async () => {
      const ids = await publish({ hours: 1 }, { hours: 2 });
      const [first = 0, second] = ids;
      await kernel().run(() => kernel().get(Objects).markDeleted(first));
      expect((await top(ids)).map(({ id }) => id)).toEqual([second]);
    });

    test('has as many stories as it is asked for', async () => {
      await publish({ hours: 1 }, { hours: 2 });
      expect(await kernel().run(() => kernel().get(FrontPage).top(1))).toHaveLength(1);
    });
  });

  describe('a story', () => {
    test('is posted with a link, or as a question, and that is written down', async () => {
      const { get, run } = kernel();
      const { id: author, name } = await user();
      const post = (title: string, url?: string) =>
        run(() => get(Stories).post({ author, title, ...(url !== undefined && { url }) }));
      const link = await post('A river', 'https://river.example/map?from=spring');
      const question = await post('Ask: which way to the sea?');
      const shown = (await top([link.id, question.id])).toSorted((a, b) => a.id - b.id);
      expect(shown).toMatchObject([
        { title: 'A river', url: 'https://river.example/map?from=spring', author: name },
        { title: 'Ask: which way to the sea?', url: null, author: name },
      ]);
      const activities = await run(() => get(Activities).latest({ actor: author }));
      expect(activities.map(({ verb, object }) => [verb, object?.id])).toEqual([
        ['post', question.id],
        ['post', link.id],
      ]);
    });

    test.each([
      ['', undefined],
      ['x'.repeat(256), undefined],
      ['A river', 'river.example'],
      ['A river', 'javascript:alert(1)'],
    ])('is refused as %j with the link %j', async (title, url) => {
      const { get, run } = kernel();
      const { id: author } = await user();
      const posted = run(() => get(Stories).post({ author, title, ...(url !== undefined && { url }) }));
      await expect(posted).rejects.toMatchObject({ reason: 'invalid' });
    });
  });
}
