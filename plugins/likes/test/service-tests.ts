import { setTimeout } from 'node:timers/promises';
import type { TestKernel } from '@headwater/dev/testing';
import { Objects } from '@headwater/plugin-core';
import { sql } from '@mikro-orm/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Like, LikedObject, Likes } from '../src/index.ts';
import { newObject, newUser } from './content.ts';

/** The part of a running application that these tests use. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run' | 'database'>;

/** A user's action on one of the objects, in a transaction that may be rolled back. */
interface Action {
  readonly object: number;
  readonly method: 'like' | 'unlike';
  readonly rolledBack: boolean;
}

/** The default of the option. */
const perMinute = 30;

/**
 * Registers the service tests. They pass on any database and alongside any other plugins, so `test/first-party` in this
 * repository runs them again with every combination of plugins. They create their own users and objects.
 */
export function testLikes(kernel: () => RunningKernel): void {
  const withLikes = <T>(work: (likes: Likes) => Promise<T>) => kernel().run(() => work(kernel().get(Likes)));
  const newUsers = (count: number) => Promise.all(Array.from({ length: count }, () => newUser(kernel())));

  describe('a like', () => {
    test('is counted once per user', async () => {
      const [ada = 0, grace = 0] = await newUsers(2);
      const object = await newObject(kernel(), ada);
      expect(await withLikes((likes) => likes.like(ada, object))).toBe(true);
      expect(await withLikes((likes) => likes.like(ada, object))).toBe(false);
      expect(await withLikes((likes) => likes.like(grace, object))).toBe(true);
      expect(await withLikes((likes) => likes.countOf(object))).toBe(2);
    });

    test('can be withdrawn once', async () => {
      const [ada = 0, grace = 0] = await newUsers(2);
      const object = await newObject(kernel(), ada);
      await withLikes((likes) => likes.like(ada, object));
      await withLikes((likes) => likes.like(grace, object));
      expect(await withLikes((likes) => likes.unlike(ada, object))).toBe(true);
      expect(await withLikes((likes) => likes.unlike(ada, object))).toBe(false);
      expect(await withLikes((likes) => likes.has(ada, object))).toBe(false);
      expect(await withLikes((likes) => likes.has(grace, object))).toBe(true);
      expect(await withLikes((likes) => likes.countOf(object))).toBe(1);
    });

    test('needs an existing user and an object that is not deleted', async () => {
      const [ada = 0] = await newUsers(1);
      const object = await newObject(kernel(), ada);
      await expect(withLikes((likes) => likes.like(-1, object))).rejects.toMatchObject({ reason: 'missing' });
      await expect(withLikes((likes) => likes.like(ada, -1))).rejects.toMatchObject({ reason: 'missing' });
      await expect(withLikes((likes) => likes.countOf(-1))).rejects.toMatchObject({ reason: 'missing' });
      await kernel().run(() => kernel().get(Objects).markDeleted(object));
      await expect(withLikes((likes) => likes.like(ada, object))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('refuses objects in place of ids', async () => {
      const [ada = 0] = await newUsers(1);
      const object = await newObject(kernel(), ada);
      // A caller without types could pass it on from JSON.
      const id = { $ne: 0 } as unknown as number;
      for (const method of ['like', 'unlike', 'has'] as const) {
        await expect(withLikes((likes) => likes[method](id, object))).rejects.toMatchObject({ reason: 'invalid' });
        await expect(withLikes((likes) => likes[method](ada, id))).rejects.toMatchObject({ reason: 'invalid' });
      }
      await expect(withLikes((likes) => likes.countOf(id))).rejects.toMatchObject({ reason: 'invalid' });
      await expect(withLikes((likes) => likes.countsOf([id]))).rejects.toMatchObject({ reason: 'invalid' });
      const ids = id as unknown as readonly number[];
      await expect(withLikes((likes) => likes.likedBy(ada, ids))).rejects.toMatchObject({ reason: 'invalid' });
    });

    test('can be looked up for many objects at once', async () => {
      const [ada = 0, grace = 0] = await newUsers(2);
      const [one, other] = [await newObject(kernel(), ada), await newObject(kernel(), ada)];
      await withLikes((likes) => likes.like(ada, one));
      await withLikes((likes) => likes.like(grace, one));
      expect(await withLikes((likes) => likes.countsOf([one, other, -1]))).toEqual(
        new Map([
          [one, 2],
          [other, 0],
        ]),
      );
      expect(await withLikes((likes) => likes.likedBy(grace, [one, other]))).toEqual(new Set([one]));
      expect(await withLikes((likes) => likes.countsOf([]))).toEqual(new Map());
      expect(await withLikes((likes) => likes.likedBy(grace, []))).toEqual(new Set());
    });

    test('is visible to the queries of other plugins', async () => {
      const [ada = 0] = await newUsers(1);
      const object = await newObject(kernel(), ada);
      await withLikes((likes) => likes.like(ada, object));
      const rows = await withLikes((likes) =>
        kernel().database.em.execute(
          sql`select ${likes.countIn('o')} as likes from core_object o where id = ${object}`,
        ),
      );
      expect(rows).toEqual([{ likes: 1 }]);
      const found = await kernel().run(() => kernel().database.em.findOneOrFail(LikedObject.as, object));
      expect(found.likesCount).toBe(1);
    });

    test('above the limit per minute is refused until one is withdrawn or the minute is over', async () => {
      const [ada = 0, grace = 0] = await newUsers(2);
      const objects = await Promise.all(Array.from({ length: perMinute + 2 }, () => newObject(kernel(), ada)));
      const outcomes = await Promise.allSettled(
        objects.map((object) => withLikes((likes) => likes.like(grace, object))),
      );
      const refused = objects.filter((_, i) => outcomes[i]?.status === 'rejected');
      expect(refused).toHaveLength(2);
      const [one = 0, other = 0] = refused;
      const liked = objects.find((object) => !refused.includes(object)) ?? 0;

      await expect(withLikes((likes) => likes.like(grace, one))).rejects.toMatchObject({ reason: 'too-many' });
      await expect(withLikes((likes) => likes.countOf(one))).resolves.toBe(0);
      await expect(
        withLikes((likes) => likes.like(grace, liked)),
        'an object that the user already likes',
      ).resolves.toBe(false);
      await expect(
        withLikes((likes) => likes.like(ada, one)),
        'another user',
      ).resolves.toBe(true);
      await withLikes((likes) => likes.unlike(grace, liked));
      await expect(withLikes((likes) => likes.like(grace, one))).resolves.toBe(true);
      await expect(withLikes((likes) => likes.like(grace, other))).rejects.toMatchObject({ reason: 'too-many' });
      await kernel().run(() =>
        kernel().database.em.execute(
          sql`update likes_like set created_at = created_at - interval '61 seconds' where user_id = ${grace}`,
        ),
      );
      await expect(withLikes((likes) => likes.like(grace, other))).resolves.toBe(true);
    });
  });

  describe('the count of likes', () => {
    const actionsOfOneUser = fc.array(
      fc.record<Action>({ object: fc.nat(1), method: fc.constantFrom('like', 'unlike'), rolledBack: fc.boolean() }),
      { minLength: 1, maxLength: 8 },
    );
    const rollBack = new Error('roll back');

    test('equals the number of likes after many users liked and unliked the same objects concurrently', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(actionsOfOneUser, { minLength: 8, maxLength: 8 }), async (actions) => {
          const users = await newUsers(actions.length);
          const objects = [await newObject(kernel(), users[0] ?? 0), await newObject(kernel(), users[0] ?? 0)];
          const perform = async (user: number, { object, method, rolledBack }: Action): Promise<void> => {
            const done = withLikes((likes) =>
              kernel().database.transactional(async () => {
                await likes[method](user, objects[object] ?? 0);
                if (rolledBack) throw rollBack;
              }),
            );
            await done.catch((error: unknown) => {
              if (error !== rollBack) throw error;
            });
          };
          await Promise.all(
            users.map(async (user, i) => {
              for (const action of actions[i] ?? []) await perform(user, action);
            }),
          );
          for (const object of objects) {
            const rows = await kernel().run(() => kernel().database.em.count(Like, { object }));
            expect(await withLikes((likes) => likes.countOf(object))).toBe(rows);
          }
        }),
        { numRuns: 6 },
      );
    });

    test('never deadlocks, because its object is locked before the like', async () => {
      const [ada = 0, grace = 0] = await newUsers(2);
      const object = await newObject(kernel(), ada);
      await withLikes((likes) => likes.like(grace, object));
      const locked = Promise.withResolvers<null>();
      const [, unliked] = await Promise.all([
        withLikes((likes) =>
          kernel().database.transactional(async () => {
            await likes.like(ada, object);
            locked.resolve(null);
            // The other transaction now waits for this one, so it must not hold a lock that this one needs.
            await setTimeout(100);
            await likes.like(grace, object);
          }),
        ),
        locked.promise.then(() => withLikes((likes) => likes.unlike(grace, object))),
      ]);
      expect(unliked).toBe(true);
      expect(await withLikes((likes) => likes.countOf(object))).toBe(1);
    });
  });
}
