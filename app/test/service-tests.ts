import { randomUUID } from 'node:crypto';
import type { TestKernel } from '@headwater/dev/testing';
import { Activities, Objects, Users, type User } from '@headwater/plugin-core';
import { describe, expect, test } from 'vitest';
import { FrontPage, Stories, Story, type CountedStory } from '../src/index.ts';
import { Comments, Likes } from '../src/optional-plugins.ts';

/** The part of a running application that these tests use. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** The age and the likes of a story. */
interface StorySketch {
  readonly hours: number;
  readonly likes?: number;
}

/** Registers the service tests. They pass on any database and alongside any other plugins. */
export function testApp(kernel: () => RunningKernel): void {
  const newUser = (): Promise<User> =>
    kernel().run(() =>
      kernel()
        .get(Users)
        .create({ name: `user-${randomUUID().slice(0, 8)}` }),
    );

  /** Publishes stories and returns their ids. Likes are added only if the plugin `likes` is active. */
  const publish = async (...sketches: readonly StorySketch[]): Promise<readonly number[]> => {
    const { get, run } = kernel();
    const author = await newUser();
    const ids: number[] = [];
    for (const { hours, likes = 0 } of sketches) {
      const createdAt = new Date(Date.now() - hours * 3_600_000);
      const { id } = await run(() => get(Objects).publish(Story, { author: author.id, title: 'A river', createdAt }));
      for (let i = 0; i < likes; i++) {
        const { id: fan } = await newUser();
        await run(async () => get.optional(Likes)?.like(fan, id));
      }
      ids.push(id);
    }
    return ids;
  };

  /** Returns the given stories as the front page lists them. */
  const top = async (ids: readonly number[]): Promise<readonly CountedStory[]> => {
    const shown = await kernel().run(() => kernel().get(FrontPage).top(10_000));
    return shown.filter(({ id }) => ids.includes(id));
  };

  describe('the front page', () => {
    test('ranks by likes and age if likes is active, otherwise by age alone', async () => {
      const ids = await publish({ hours: 6, likes: 6 }, { hours: 1 }, { hours: 20, likes: 6 }, { hours: 2 });
      const [six, one, twenty, two] = ids;
      const shown = (await top(ids)).map(({ id }) => id);
      const liked = kernel().get.optional(Likes) !== undefined;
      expect(shown).toEqual(liked ? [six, one, two, twenty] : [one, two, six, twenty]);
    });

    test('computes the score (likes + 1) / (hours + 2) ^ 1.8', async () => {
      const sketches = [{ hours: 0, likes: 2 }, { hours: 3, likes: 1 }, { hours: 48 }];
      const ids = await publish(...sketches);
      const liked = kernel().get.optional(Likes) !== undefined;
      const found = await top(ids);
      for (const [i, { hours, likes = 0 }] of sketches.entries()) {
        const story = found.find(({ id }) => id === ids[i]);
        expect(story?.likes).toBe(liked ? likes : null);
        const score = ((liked ? likes : 0) + 1) / (hours + 2) ** 1.8;
        // The stories get older while the test runs.
        expect((story?.score ?? 0) / score).toBeCloseTo(1, 1);
      }
    });

    test('shows the number of comments if comments is active', async () => {
      const ids = await publish({ hours: 1 }, { hours: 2 });
      const { get, run } = kernel();
      const comments = get.optional(Comments);
      const { id: author } = await newUser();
      const [first = 0] = ids;
      const comment = await run(async () => comments?.reply({ author, to: first, body: 'Which one?' }));
      if (comment !== undefined) await run(async () => comments?.reply({ author, to: comment.id, body: 'That one.' }));
      const counts = (await top(ids)).map((story) => story.comments);
      expect(counts).toEqual(comments === undefined ? [null, null] : [2, 0]);
    });

    test('omits deleted stories', async () => {
      const ids = await publish({ hours: 1 }, { hours: 2 });
      const [first = 0, second] = ids;
      await kernel().run(() => kernel().get(Objects).markDeleted(first));
      expect((await top(ids)).map(({ id }) => id)).toEqual([second]);
    });

    test('respects the limit', async () => {
      await publish({ hours: 1 }, { hours: 2 });
      expect(await kernel().run(() => kernel().get(FrontPage).top(1))).toHaveLength(1);
    });
  });

  describe('a story', () => {
    test('is posted with a link or as a question, and recorded as an activity', async () => {
      const { get, run } = kernel();
      const { id: author, name } = await newUser();
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
    ])('with the title %j and the link %j is refused', async (title, url) => {
      const { get, run } = kernel();
      const { id: author } = await newUser();
      const posted = run(() => get(Stories).post({ author, title, ...(url !== undefined && { url }) }));
      await expect(posted).rejects.toMatchObject({ reason: 'invalid' });
    });
  });
}
