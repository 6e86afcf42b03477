import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, testDatabase } from '../../../test/helper/database.ts';
import { ContentObject, Users, type ObjectListener } from '../src/index.ts';
import { objectsIn, type Objects } from '../src/objects.ts';
import { coreRules, newName, newUser } from './rules.ts';

describe.each(databaseKinds)('core on %s', (kind) => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel({ database: testDatabase(kind) });
  });
  afterAll(() => kernel.stop());

  coreRules(() => kernel);

  describe('listeners', () => {
    /** Core's service, with these listeners in place of what plugins contributed. */
    const heardBy = (listeners: Readonly<Record<string, ObjectListener>>): Objects =>
      objectsIn(kernel.database, () =>
        Object.entries(listeners).map(([plugin, item]) => ({ plugin, key: null, item })),
      );
    const exists = (id: number): Promise<boolean> =>
      kernel.run(async () => (await kernel.database.em.count(ContentObject, { id })) === 1);
    const publish = (objects: Objects): Promise<ContentObject> =>
      kernel.run(async () => objects.publish(ContentObject, { author: await newUser(kernel) }));

    test('hear of an object once it is written, one after another', async () => {
      const heard: unknown[] = [];
      const hear = (plugin: string): ObjectListener => ({
        async created({ id }) {
          // In the same transaction: nobody else sees the object yet.
          heard.push(plugin, await kernel.database.em.count(ContentObject, { id }));
        },
        deleted: ({ deletedAt }) => void heard.push(`${plugin} deleted`, deletedAt instanceof Date),
      });
      const objects = heardBy({ first: hear('first'), second: hear('second') });
      const { id } = await publish(objects);
      expect(heard.splice(0)).toEqual(['first', 1, 'second', 1]);
      await kernel.run(() => objects.markDeleted(id));
      expect(heard).toEqual(['first deleted', true, 'second deleted', true]);
    });

    test('that throw are named, and leave neither the object nor what others wrote for it', async () => {
      let id = -1;
      const name = newName();
      const cause = new Error('no more objects today');
      const objects = heardBy({
        writer: {
          async created(object) {
            id = object.id;
            await kernel.get(Users).create({ name });
          },
        },
        breaker: { created: () => Promise.reject(cause) },
      });
      await expect(publish(objects)).rejects.toMatchObject({
        name: 'ObjectListenerError',
        plugin: 'breaker',
        event: 'created',
        message: 'the listener of the plugin "breaker" failed when an object was created: no more objects today',
        cause,
      });
      expect(await exists(id)).toBe(false);
      await expect(kernel.run(() => kernel.get(Users).byName(name))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('that throw leave the context as it was: nothing of theirs is written with the next change', async () => {
      const objects = heardBy({ breaker: { created: () => Promise.reject(new Error('no')) } });
      await kernel.run(async () => {
        const { em } = kernel.database;
        const author = await newUser(kernel);
        const before = await em.count(ContentObject);
        await expect(objects.publish(ContentObject, { author })).rejects.toThrow('no');
        await em.flush();
        expect(await em.count(ContentObject)).toBe(before);
      });
    });

    test('that throw keep an object from being deleted', async () => {
      const breaker: ObjectListener = {
        deleted() {
          throw new Error('it stays');
        },
      };
      const objects = heardBy({ breaker });
      const { id } = await publish(objects);
      await expect(kernel.run(() => objects.markDeleted(id))).rejects.toMatchObject({ plugin: 'breaker' });
      await expect(kernel.run(() => objects.get(id))).resolves.toMatchObject({ deletedAt: null });
    });

    test('hear of a deletion once, however many delete at once', async () => {
      let heard = 0;
      const objects = heardBy({ counter: { deleted: () => void heard++ } });
      const { id } = await publish(objects);
      await Promise.all(Array.from({ length: 4 }, () => kernel.run(() => objects.markDeleted(id))));
      expect(heard).toBe(1);
    });
  });
});
