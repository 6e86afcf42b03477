import { raw, type EntityName, type RequiredEntityData } from '@mikro-orm/core';
import { token, type Contribution, type Database } from '@headwater/kernel/plugin';
import { ContentObject } from './entities.ts';
import { ObjectListenerError, type ObjectEvent, type ObjectListener } from './object-listener.ts';
import { Refusal } from './refusal.ts';
import { assertId } from './id.ts';

/** The objects of users. */
export interface Objects {
  /**
   * Writes a new object and notifies the listeners: `publish(Story, { author, title })`. Throws an ObjectListenerError.
   */
  readonly publish: <Kind extends ContentObject>(
    kind: EntityName<Kind>,
    data: RequiredEntityData<Kind>,
  ) => Promise<Kind>;
  /** Returns an object, as an instance of its own entity class. Throws a Refusal, `missing`, also if it is deleted. */
  readonly get: (id: number) => Promise<ContentObject>;
  /**
   * Marks an object as deleted and notifies the listeners. Its row stays, because other rows may refer to it. Deleting
   * it again does nothing. The caller checks permissions. Throws a Refusal, `missing`, and an ObjectListenerError.
   */
  readonly markDeleted: (id: number) => Promise<void>;
  /**
   * Takes the mark of a deleted object back and notifies the listeners. Restoring an object that is not deleted does
   * nothing. Throws like `markDeleted`.
   */
  readonly restore: (id: number) => Promise<void>;
}

/** The token of {@link Objects}. */
export const Objects = token<Objects>('core.objects');

/**
 * Returns the service for a database. `listeners` is called for each event, because a listener may need this service.
 */
export function objectsIn(database: Database, listeners: () => readonly Contribution<ObjectListener>[]): Objects {
  const notify = async (event: ObjectEvent, object: ContentObject): Promise<void> => {
    for (const { plugin, item } of listeners()) {
      try {
        await item[event]?.(object);
      } catch (error) {
        throw new ObjectListenerError(plugin, event, error);
      }
    }
  };

  return Object.freeze<Objects>({
    async publish(kind, data) {
      return database.transactional(async (em) => {
        const object = em.create(kind, data);
        await em.flush();
        await notify('created', object);
        return object;
      });
    },

    async get(id) {
      assertId('an object', id);
      const object = await database.em.findOne(ContentObject, { id, deletedAt: null });
      if (object === null) throw new Refusal('missing', `there is no object ${id}`);
      return object;
    },

    async markDeleted(id) {
      assertId('an object', id);
      await database.transactional(async (em) => {
        // One statement, so that only one of two concurrent deletions notifies the listeners.
        const marked = await em.nativeUpdate(ContentObject, { id, deletedAt: null }, { deletedAt: raw('now()') });
        const object = await em.findOne(ContentObject, { id }, { refresh: true });
        if (object === null) throw new Refusal('missing', `there is no object ${id}`);
        if (marked === 1) await notify('deleted', object);
      });
    },

    async restore(id) {
      assertId('an object', id);
      await database.transactional(async (em) => {
        const restored = await em.nativeUpdate(ContentObject, { id, deletedAt: { $ne: null } }, { deletedAt: null });
        const object = await em.findOne(ContentObject, { id }, { refresh: true });
        if (object === null) throw new Refusal('missing', `there is no object ${id}`);
        if (restored === 1) await notify('restored', object);
      });
    },
  });
}
