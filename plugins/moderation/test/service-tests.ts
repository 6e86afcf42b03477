import { randomUUID } from 'node:crypto';
import type { TestKernel } from '@headwater/dev/testing';
import { ContentObject, Objects, Users } from '@headwater/plugin-core';
import { describe, expect, test } from 'vitest';
import { Moderation } from '../src/index.ts';

/** The part of a running application that these tests use. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** Registers the service tests. They pass on any database and alongside any other plugins. */
export function testModeration(kernel: () => RunningKernel): void {
  const inContext = <T>(work: (get: RunningKernel['get']) => Promise<T>) => kernel().run(() => work(kernel().get));
  const newUser = async () =>
    (await inContext((get) => get(Users).create({ name: `user-${randomUUID().slice(0, 8)}` }))).id;
  const newObject = (author: number) => inContext((get) => get(Objects).publish(ContentObject, { author }));

  describe('moderation', () => {
    test('hides and restores an object, and records each decision', async () => {
      const [author, moderator] = [await newUser(), await newUser()];
      const { id: object } = await newObject(author);
      await inContext((get) => get(Moderation).decide({ moderator, object, action: 'hide', reason: 'It is spam.' }));
      await expect(inContext((get) => get(Objects).get(object))).rejects.toMatchObject({ reason: 'missing' });
      await inContext((get) => get(Moderation).decide({ moderator, object, action: 'restore', reason: 'It is not.' }));
      await expect(inContext((get) => get(Objects).get(object))).resolves.toMatchObject({ id: object });
      const [last, first] = await inContext((get) => get(Moderation).decisions({ limit: 2 }));
      expect(first).toMatchObject({
        action: 'hide',
        reason: 'It is spam.',
        object: { id: object, author: { id: author } },
      });
      expect(last).toMatchObject({ action: 'restore', reason: 'It is not.', moderator: { id: moderator } });
      const before = await inContext((get) => get(Moderation).decisions({ before: last?.id, limit: 1 }));
      expect(before).toEqual([first]);
    });

    test('records one of several decisions at the same time', async () => {
      const moderator = await newUser();
      const { id: object } = await newObject(moderator);
      const decide = () =>
        inContext((get) => get(Moderation).decide({ moderator, object, action: 'hide', reason: 'It is spam.' }));
      const outcomes = await Promise.allSettled([decide(), decide(), decide()]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(decide()).rejects.toMatchObject({ reason: 'taken' });
    });

    test('needs an object, a reason and a known action', async () => {
      const moderator = await newUser();
      const { id: object } = await newObject(moderator);
      const decide = (changes: object) =>
        inContext((get) => get(Moderation).decide({ moderator, object, action: 'hide', reason: 'Spam', ...changes }));
      await expect(decide({ object: -1 })).rejects.toMatchObject({ reason: 'missing' });
      await expect(decide({ object: { $ne: 0 } })).rejects.toMatchObject({ reason: 'invalid' });
      await expect(decide({ moderator: { $ne: 0 } })).rejects.toMatchObject({ reason: 'invalid' });
      await expect(decide({ reason: ' ' })).rejects.toMatchObject({ reason: 'invalid' });
      await expect(decide({ action: 'burn' })).rejects.toMatchObject({ reason: 'invalid' });
    });
  });
}
