import type { EntityName, RequiredEntityData } from '@mikro-orm/core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Activity } from './entities.ts';
import { assertId } from './id.ts';

/** Filters for a list of activities. */
export interface ActivityFilter {
  /** Maximum number of activities. Default: 50. */
  readonly limit?: number;
  /** Lists only the activities of the user with this id. Default: all users. */
  readonly actor?: number;
}

/** The activities of users. */
export interface Activities {
  /** Records an activity: `record(Activity, { actor, verb: 'post', object })`, or an entity that extends `Activity`. */
  readonly record: <Kind extends Activity>(kind: EntityName<Kind>, data: RequiredEntityData<Kind>) => Promise<Kind>;
  /** Returns activities with their actor and object, latest first. Each is an instance of its own entity class. */
  readonly latest: (filter?: ActivityFilter) => Promise<readonly Activity[]>;
}

/** The token of {@link Activities}. */
export const Activities = token<Activities>('core.activities');

/** Returns the service for a database. */
export function activitiesIn(database: Database): Activities {
  return Object.freeze<Activities>({
    async record(kind, data) {
      return database.transactional(async (em) => em.create(kind, data));
    },

    async latest({ limit = 50, actor } = {}) {
      if (actor !== undefined) assertId('a user', actor);
      return database.em.find(Activity, actor === undefined ? {} : { actor }, {
        populate: ['actor', 'object'],
        orderBy: { createdAt: 'desc', id: 'desc' },
        limit,
      });
    },
  });
}
