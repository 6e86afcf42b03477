import type { TestKernel } from '@headwater/dev/testing';
import { describe, expect, test } from 'vitest';
import { ContentObject, Users, type ObjectListener } from '../src/index.ts';
import { objectsIn, type Objects } from '../src/objects.ts';
import { newName, newUser } from './content.ts';

/** Registers the tests of object listeners, on any database. */
export function testListeners(kernel: () => Pick<TestKernel, 'get' | 'run' | 'database'>): void {
  describe('object listeners', () => {
    /** Returns the service with these listeners instead of the contributed ones. */
    const objectsWith = (listeners: Readonly<Record<string, ObjectListener>>): Objects =>
      objectsIn(kernel().database, () =>
        Object.entries(listeners).map(([plugin, item]) => ({ plugin, key: null, item })),
      );
    const exists = (id: number): Promise<boolean> =>
      kernel().run(async () => (await kernel().database.em.count(ContentObject, { id })) === 1);
    const publish = (objects: Objects): Promise<ContentObject> =>
      kernel().run(async () => objects.publish(ContentObject, { author: await newUser(kernel()) }));

    test('are notified one after another, after the object is written', async () => {
      const heard: unknown[] = [];
      const hear = (plugin: string): ObjectListener => ({
        async created({ id }) {
          // In the same transaction: other connections do not see the object yet.
          heard.push(plugin, await kernel().database.em.count(ContentObject, { id }));
        },
        deleted: ({ deletedAt }) => void heard.push(`${plugin} deleted`, deletedAt instanceof Date),
        restored: ({ deletedAt }) => void heard.push(`${plugin} restored`, deletedAt),
      });
      const objects = objectsWith({ first: hear('first'), second: hear('second') });
      const { id } = await publish(objects);
      expect(heard.splice(0)).toEqual(['first', 1, 'second', 1]);
      await kernel().run(() => objects.markDeleted(id));
      expect(heard.splice(0)).toEqual(['first deleted', true, 'second deleted', true]);
      await kernel().run(() => objects.restore(id));
      await kernel().run(() => objects.restore(id));
      expect(heard).toEqual(['first restored', null, 'second restored', null]);
    });

    test('that throw are named, and roll back the object and the writes of other listeners', async () => {
      let id = -1;
      const name = newName();
      const cause = new Error('no more objects today');
      const objects = objectsWith({
        writer: {
          async created(object) {
            id = object.id;
            await kernel().get(Users).create({ name });
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
      await expect(kernel().run(() => kernel().get(Users).byName(name))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('that throw leave nothing in the context for the next flush', async () => {
      const objects = objectsWith({ breaker: { created: () => Promise.reject(new Error('no')) } });
      await kernel().run(async () => {
        const { em } = kernel().database;
        const author = await newUser(kernel());
        const before = await em.count(ContentObject);
        await expect(objects.publish(ContentObject, { author })).rejects.toThrow('no');
        await em.flush();
        expect(await em.count(ContentObject)).toBe(before);
      });
    });

    test('that throw prevent the deletion of an object', async () => {
      const breaker: ObjectListener = {
        deleted() {
          throw new Error('it stays');
        },
      };
      const objects = objectsWith({ breaker });
      const { id } = await publish(objects);
      await expect(kernel().run(() => objects.markDeleted(id))).rejects.toMatchObject({ plugin: 'breaker' });
      await expect(kernel().run(() => objects.get(id))).resolves.toMatchObject({ deletedAt: null });
    });

    test('are notified of a deletion once, even when it is requested concurrently', async () => {
      let heard = 0;
      const objects = objectsWith({ counter: { deleted: () => void heard++ } });
      const { id } = await publish(objects);
      await Promise.all(Array.from({ length: 4 }, () => kernel().run(() => objects.markDeleted(id))));
      expect(heard).toBe(1);
    });
  });
}
