import type { TestKernel } from '@headwater/dev/testing';
import { describe, expect, test } from 'vitest';
import { Activities, Activity, ContentObject, Objects, User, Users } from '../src/index.ts';
import { newName, newUser } from './content.ts';

/** The part of a running application that these tests use. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** Registers the service tests. They pass on any database and alongside any other plugins. */
export function testCore(kernel: () => RunningKernel): void {
  const inContext = <T>(work: (kernel: RunningKernel) => Promise<T>) => kernel().run(() => work(kernel()));

  describe('users', () => {
    test('are found by name', async () => {
      const name = newName();
      const created = await inContext(({ get }) => get(Users).create({ name, displayName: 'Ada' }));
      const found = await inContext(({ get }) => get(Users).byName(name));
      expect(found).toMatchObject({ id: created.id, name, displayName: 'Ada', lastSeenAt: null });
    });

    test('have unique names, even when they are created concurrently', async () => {
      const name = newName();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 4 }, () => inContext(({ get }) => get(Users).create({ name }))),
      );
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      expect(refused).toHaveLength(3);
      for (const refusal of refused) expect(refusal).toMatchObject({ name: 'Refusal', reason: 'taken' });
    });

    test('leave the surrounding transaction intact when a name is refused', async () => {
      const name = newName();
      await inContext(async ({ get }) => {
        await get(Users).create({ name });
        await expect(get(Users).create({ name })).rejects.toMatchObject({ reason: 'taken' });
        await expect(get(Users).create({ name: newName() })).resolves.toBeInstanceOf(User);
      });
    });

    test.each(['', 'two words', 'x'.repeat(65), 'nu\0l'])('cannot have the name %j', async (name) => {
      await expect(inContext(({ get }) => get(Users).create({ name }))).rejects.toMatchObject({ reason: 'invalid' });
    });

    test('can have names of 64 characters, as PostgreSQL counts them', async () => {
      const name = `${'𝒽'.repeat(64 - newName().length)}${newName()}`;
      await expect(inContext(({ get }) => get(Users).create({ name }))).resolves.toMatchObject({ name });
    });

    test('are not found by an unknown name', async () => {
      await expect(inContext(({ get }) => get(Users).byName(newName()))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('refuse objects in place of names and ids, which MikroORM would take as conditions', async () => {
      // A caller without types could pass them on from JSON.
      const name = { $ne: 'x' } as unknown as string;
      const id = { $ne: 0 } as unknown as number;
      for (const call of [
        inContext(({ get }) => get(Users).byName(name)),
        inContext(({ get }) => get(Users).create({ name })),
        inContext(({ get }) => get(Users).touch(id)),
        inContext(({ get }) => get(Objects).get(id)),
        inContext(({ get }) => get(Objects).markDeleted(id)),
        inContext(({ get }) => get(Objects).restore(id)),
        inContext(({ get }) => get(Activities).latest({ actor: id })),
      ]) {
        await expect(call).rejects.toMatchObject({ name: 'Refusal', reason: 'invalid' });
      }
    });

    test.each([0.5, 2 ** 31, Number.NaN, '1', null, [1]])('have no id %j', async (id) => {
      const got = inContext(({ get }) => get(Objects).get(id as number));
      await expect(got).rejects.toMatchObject({ reason: 'invalid' });
    });

    test('keep the time of their last visit', async () => {
      const { id, name } = await inContext(newUser);
      await inContext(({ get }) => get(Users).touch(id));
      const first = await inContext(({ get }) => get(Users).byName(name));
      expect(first.lastSeenAt).toBeInstanceOf(Date);
      await inContext(({ get }) => get(Users).touch(id));
      const second = await inContext(({ get }) => get(Users).byName(name));
      expect(second.lastSeenAt?.getTime()).toBeGreaterThanOrEqual(first.lastSeenAt?.getTime() ?? Infinity);
      await expect(inContext(({ get }) => get(Users).touch(-1))).rejects.toMatchObject({ reason: 'missing' });
    });
  });

  describe('objects', () => {
    const published = () =>
      inContext(async (app) => app.get(Objects).publish(ContentObject, { author: await newUser(app) }));

    test('can be read from their publication until their deletion', async () => {
      const { id } = await published();
      const got = await inContext(({ get }) => get(Objects).get(id));
      expect(got).toMatchObject({ id, deletedAt: null });
      await inContext(({ get }) => get(Objects).markDeleted(id));
      await expect(inContext(({ get }) => get(Objects).get(id))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('can be restored, any number of times', async () => {
      const { id } = await published();
      await inContext(({ get }) => get(Objects).markDeleted(id));
      await inContext(({ get }) => get(Objects).restore(id));
      await inContext(({ get }) => get(Objects).restore(id));
      await expect(inContext(({ get }) => get(Objects).get(id))).resolves.toMatchObject({ id, deletedAt: null });
      await expect(inContext(({ get }) => get(Objects).restore(-1))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('keep their row when they are deleted, any number of times', async () => {
      const { id } = await published();
      await inContext(({ get }) => get(Objects).markDeleted(id));
      await inContext(({ get }) => get(Objects).markDeleted(id));
      await expect(inContext(({ get }) => get(Objects).markDeleted(-1))).rejects.toMatchObject({ reason: 'missing' });
    });
  });

  describe('activities', () => {
    test('are listed latest first, with their actor and object', async () => {
      const actor = await inContext(newUser);
      const object = await inContext(({ get }) => get(Objects).publish(ContentObject, { author: actor.id }));
      await inContext(({ get }) =>
        get(Activities).record(Activity, { actor: actor.id, verb: 'post', object: object.id }),
      );
      await inContext(({ get }) => get(Activities).record(Activity, { actor: actor.id, verb: 'wave' }));
      const mine = await inContext(({ get }) => get(Activities).latest({ actor: actor.id }));
      expect(mine.map((activity) => [activity.verb, activity.actor.name, activity.object?.id])).toEqual([
        ['wave', actor.name, undefined],
        ['post', actor.name, object.id],
      ]);
      const latest = await inContext(({ get }) => get(Activities).latest({ limit: 1 }));
      expect(latest.map(({ id }) => id)).toEqual([mine[0]?.id]);
    });
  });
}
