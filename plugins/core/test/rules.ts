import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Activities, Activity, ContentObject, Objects, User, Users } from '../src/index.ts';
import type { TestKernel } from '../../../core/dev/src/testing.ts';

/** A running application, as far as rules need it: also one on data that others have left. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** A name that nobody has. */
export function newName(): string {
  return `user-${randomUUID().slice(0, 8)}`;
}

/** Adds a user, who is nobody else's. */
export async function newUser({ get }: RunningKernel): Promise<User> {
  return get(Users).create({ name: newName() });
}

/** What holds for core's services, whatever else is active. */
export function coreRules(kernel: () => RunningKernel): void {
  const at = <T>(work: (kernel: RunningKernel) => Promise<T>) => kernel().run(() => work(kernel()));

  describe('users', () => {
    test('are found by the name that they were given', async () => {
      const name = newName();
      const created = await at(({ get }) => get(Users).create({ name, displayName: 'Ada' }));
      const found = await at(({ get }) => get(Users).byName(name));
      expect(found).toMatchObject({ id: created.id, name, displayName: 'Ada', lastSeenAt: null });
    });

    test('have names of their own: a second one is refused, also when both come at once', async () => {
      const name = newName();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 4 }, () => at(({ get }) => get(Users).create({ name }))),
      );
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      expect(refused).toHaveLength(3);
      for (const refusal of refused) expect(refusal).toMatchObject({ name: 'Refusal', reason: 'taken' });
    });

    test('a refused name leaves the transaction around it as it was', async () => {
      const name = newName();
      await at(async ({ get }) => {
        await get(Users).create({ name });
        await expect(get(Users).create({ name })).rejects.toMatchObject({ reason: 'taken' });
        await expect(get(Users).create({ name: newName() })).resolves.toBeInstanceOf(User);
      });
    });

    test.each(['', 'two words', 'x'.repeat(65), 'nu\0l'])('are not called %j', async (name) => {
      await expect(at(({ get }) => get(Users).create({ name }))).rejects.toMatchObject({ reason: 'invalid' });
    });

    test('are called whatever has 64 characters, as PostgreSQL counts them', async () => {
      const name = `${'𝒽'.repeat(64 - newName().length)}${newName()}`;
      await expect(at(({ get }) => get(Users).create({ name }))).resolves.toMatchObject({ name });
    });

    test('nobody is found by a name that nobody has', async () => {
      await expect(at(({ get }) => get(Users).byName(newName()))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('were last seen when they were noted last', async () => {
      const { id, name } = await at(newUser);
      await at(({ get }) => get(Users).touch(id));
      const first = await at(({ get }) => get(Users).byName(name));
      expect(first.lastSeenAt).toBeInstanceOf(Date);
      await at(({ get }) => get(Users).touch(id));
      const second = await at(({ get }) => get(Users).byName(name));
      expect(second.lastSeenAt?.getTime()).toBeGreaterThanOrEqual(first.lastSeenAt?.getTime() ?? Infinity);
      await expect(at(({ get }) => get(Users).touch(-1))).rejects.toMatchObject({ reason: 'missing' });
    });
  });

  describe('objects', () => {
    const published = () => at(async (app) => app.get(Objects).publish(ContentObject, { author: await newUser(app) }));

    test('can be got once they are published, until they are deleted', async () => {
      const { id } = await published();
      const got = await at(({ get }) => get(Objects).get(id));
      expect(got).toMatchObject({ id, deletedAt: null });
      await at(({ get }) => get(Objects).markDeleted(id));
      await expect(at(({ get }) => get(Objects).get(id))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('are still there for those who stand on them when they are deleted', async () => {
      const { id } = await published();
      await at(({ get }) => get(Objects).markDeleted(id));
      await at(({ get }) => get(Objects).markDeleted(id));
      await expect(at(({ get }) => get(Objects).markDeleted(-1))).rejects.toMatchObject({ reason: 'missing' });
    });
  });

  describe('activities', () => {
    test('are listed latest first, each with who did it to what', async () => {
      const actor = await at(newUser);
      const object = await at(({ get }) => get(Objects).publish(ContentObject, { author: actor.id }));
      await at(({ get }) => get(Activities).record(Activity, { actor: actor.id, verb: 'post', object: object.id }));
      await at(({ get }) => get(Activities).record(Activity, { actor: actor.id, verb: 'wave' }));
      const mine = await at(({ get }) => get(Activities).latest({ actor: actor.id }));
      expect(mine.map((activity) => [activity.verb, activity.actor.name, activity.object?.id])).toEqual([
        ['wave', actor.name, undefined],
        ['post', actor.name, object.id],
      ]);
      const latest = await at(({ get }) => get(Activities).latest({ limit: 1 }));
      expect(latest.map(({ id }) => id)).toEqual([mine[0]?.id]);
    });
  });
}
