import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ContentObject, Objects, Users } from '@headwater/plugin-core';
import type { TestKernel } from '@headwater/dev/testing';
import { sql } from '@mikro-orm/core';
import fc from 'fast-check';
import { Like, LikedObject, Likes } from '../src/index.ts';

/** A running application, as far as rules need it: also one on data that others have left. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run' | 'database'>;

/** Adds a user and gives the id. */
export async function newUser({ get, run }: RunningKernel): Promise<number> {
  return (await run(() => get(Users).create({ name: `user-${randomUUID().slice(0, 8)}` }))).id;
}

/** Adds an object and gives the id. */
export async function newObject({ get, run }: RunningKernel, author: number): Promise<number> {
  return (await run(() => get(Objects).publish(ContentObject, { author }))).id;
}

/** Something that a user does, to one of the objects, in a transaction that may be rolled back. */
interface Act {
  readonly object: number;
  readonly act: 'like' | 'unlike';
  readonly rolledBack: boolean;
}

/** How many likes a minute are allowed where the config says nothing. */
const perMinute = 30;

/** What holds for likes, whatever else is active. */
export function likesRules(kernel: () => RunningKernel): void {
  const at = <T>(work: (likes: Likes) => Promise<T>) => kernel().run(() => work(kernel().get(Likes)));
  const people = (count: number) => Promise.all(Array.from({ length: count }, () => newUser(kernel())));

  describe('a like', () => {
    test('counts once for each user', async () => {
      const [ada = 0, grace = 0] = await people(2);
      const object = await newObject(kernel(), ada);
      expect(await at((likes) => likes.like(ada, object))).toBe(true);
      expect(await at((likes) => likes.like(ada, object))).toBe(false);
      expect(await at((likes) => likes.like(grace, object))).toBe(true);
      expect(await at((likes) => likes.countOf(object))).toBe(2);
    });

    test('can be taken back, once', async () => {
      const [ada = 0, grace = 0] = await people(2);
      const object = await newObject(kernel(), ada);
      await at((likes) => likes.like(ada, object));
      await at((likes) => likes.like(grace, object));
      expect(await at((likes) => likes.unlike(ada, object))).toBe(true);
      expect(await at((likes) => likes.unlike(ada, object))).toBe(false);
      expect(await at((likes) => likes.has(ada, object))).toBe(false);
      expect(await at((likes) => likes.has(grace, object))).toBe(true);
      expect(await at((likes) => likes.countOf(object))).toBe(1);
    });

    test('is of a user, and for an object that is there', async () => {
      const [ada = 0] = await people(1);
      const object = await newObject(kernel(), ada);
      await expect(at((likes) => likes.like(-1, object))).rejects.toMatchObject({ reason: 'missing' });
      await expect(at((likes) => likes.like(ada, -1))).rejects.toMatchObject({ reason: 'missing' });
      await expect(at((likes) => likes.countOf(-1))).rejects.toMatchObject({ reason: 'missing' });
      await kernel().run(() => kernel().get(Objects).markDeleted(object));
      await expect(at((likes) => likes.like(ada, object))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('is in the count that other plugins’ queries read', async () => {
      const [ada = 0] = await people(1);
      const object = await newObject(kernel(), ada);
      await at((likes) => likes.like(ada, object));
      const rows = await at((likes) =>
        kernel().database.em.execute(
          sql`select ${likes.countIn('o')} as likes from core_object o where id = ${object}`,
        ),
      );
      expect(rows).toEqual([{ likes: 1 }]);
      const found = await kernel().run(() => kernel().database.em.findOneOrFail(LikedObject.as, object));
      expect(found.likesCount).toBe(1);
    });

    test('of one user too many within a minute is refused, until one is taken back or the minute is over', async () => {
      const [ada = 0, grace = 0] = await people(2);
      const objects = await Promise.all(Array.from({ length: perMinute + 2 }, () => newObject(kernel(), ada)));
      const outcomes = await Promise.allSettled(objects.map((object) => at((likes) => likes.like(grace, object))));
      const refused = objects.filter((_, i) => outcomes[i]?.status === 'rejected');
      expect(refused).toHaveLength(2);
      const [one = 0, other = 0] = refused;
      const liked = objects.find((object) => !refused.includes(object)) ?? 0;

      await expect(at((likes) => likes.like(grace, one))).rejects.toMatchObject({ reason: 'too-many' });
      await expect(at((likes) => likes.countOf(one))).resolves.toBe(0);
      await expect(
        at((likes) => likes.like(grace, liked)),
        'liked already',
      ).resolves.toBe(false);
      await expect(
        at((likes) => likes.like(ada, one)),
        'somebody else',
      ).resolves.toBe(true);
      await at((likes) => likes.unlike(grace, liked));
      await expect(at((likes) => likes.like(grace, one))).resolves.toBe(true);
      await expect(at((likes) => likes.like(grace, other))).rejects.toMatchObject({ reason: 'too-many' });
      await kernel().run(() =>
        kernel().database.em.execute(
          sql`update likes_like set created_at = created_at - interval '61 seconds' where user_id = ${grace}`,
        ),
      );
      await expect(at((likes) => likes.like(grace, other))).resolves.toBe(true);
    });
  });

  describe('the count of likes', () => {
    /** What one user does, one after another. */
    const doing = fc.array(
      fc.record<Act>({ object: fc.nat(1), act: fc.constantFrom('like', 'unlike'), rolledBack: fc.boolean() }),
      { minLength: 1, maxLength: 8 },
    );
    const rollBack = new Error('roll back');

    test('is the number of likes after many users liked and unliked the same objects at the same time', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(doing, { minLength: 8, maxLength: 8 }), async (all) => {
          const users = await people(all.length);
          const objects = [await newObject(kernel(), users[0] ?? 0), await newObject(kernel(), users[0] ?? 0)];
          const act = async (user: number, { object, act: how, rolledBack }: Act): Promise<void> => {
            const done = at((likes) =>
              kernel().database.transactional(async () => {
                await likes[how](user, objects[object] ?? 0);
                if (rolledBack) throw rollBack;
              }),
            );
            await done.catch((error: unknown) => {
              if (error !== rollBack) throw error;
            });
          };
          await Promise.all(
            users.map(async (user, i) => {
              for (const one of all[i] ?? []) await act(user, one);
            }),
          );
          for (const object of objects) {
            const rows = await kernel().run(() => kernel().database.em.count(Like, { object }));
            expect(await at((likes) => likes.countOf(object))).toBe(rows);
          }
        }),
        { numRuns: 6 },
      );
    });

    test('makes nobody wait in a circle: who changes it has locked its object before the like', async () => {
      const [ada = 0, grace = 0] = await people(2);
      const object = await newObject(kernel(), ada);
      await at((likes) => likes.like(grace, object));
      const locked = Promise.withResolvers<null>();
      const [, unliked] = await Promise.all([
        at((likes) =>
          kernel().database.transactional(async () => {
            await likes.like(ada, object);
            locked.resolve(null);
            // By then the other one waits for this transaction, and must hold nothing that this one needs.
            await setTimeout(100);
            await likes.like(grace, object);
          }),
        ),
        locked.promise.then(() => at((likes) => likes.unlike(grace, object))),
      ]);
      expect(unliked).toBe(true);
      expect(await at((likes) => likes.countOf(object))).toBe(1);
    });
  });
}
