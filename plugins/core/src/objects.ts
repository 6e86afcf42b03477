import { raw, type EntityName, type RequiredEntityData } from '@mikro-orm/core';
import { token, type Contribution, type Database } from '@headwater/kernel/plugin';
import { ContentObject } from './entities.ts';
import { ObjectListenerError, type ObjectEvent, type ObjectListener } from './object-listener.ts';
import { Refusal } from './refusal.ts';

/** What users made, of whatever kind. */
export interface Objects {
  /**
   * Writes a new object of a kind, like `publish(Story, { author, title })`, and tells the listeners. Throws an
   * ObjectListenerError.
   */
  readonly publish: <Kind extends ContentObject>(
    kind: EntityName<Kind>,
    data: RequiredEntityData<Kind>,
  ) => Promise<Kind>;
  /** An object as the kind that it is. Throws a Refusal, `missing`, also where it is deleted. */
  readonly get: (id: number) => Promise<ContentObject>;
  /**
   * Marks an object as deleted and tells the listeners; others may stand on it, so it stays. Deleting what is deleted
   * does nothing. Who may do so is for the caller to say. Throws a Refusal, `missing`, and an ObjectListenerError.
   */
  readonly markDeleted: (id: number) => Promise<void>;
}

/** The token of {@link Objects}. */
export const Objects = token<Objects>('core.objects');

/** The objects of a database. `listeners` is asked each time, since making one may need this service. */
export function objectsIn(database: Database, listeners: () => readonly Contribution<ObjectListener>[]): Objects {
  const tell = async (event: ObjectEvent, object: ContentObject): Promise<void> => {
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
        await tell('created', object);
        return object;
      });
    },

    async get(id) {
      const object = await database.em.findOne(ContentObject, { id, deletedAt: null });
      if (object === null) throw new Refusal('missing', `there is no object ${id}`);
      return object;
    },

    async markDeleted(id) {
      await database.transactional(async (em) => {
        // In one statement, so that of two who delete at once only one tells the listeners.
        const marked = await em.nativeUpdate(ContentObject, { id, deletedAt: null }, { deletedAt: raw('now()') });
        const object = await em.findOne(ContentObject, { id }, { refresh: true });
        if (object === null) throw new Refusal('missing', `there is no object ${id}`);
        if (marked === 1) await tell('deleted', object);
      });
    },
  });
}
