import type { EntityName, RequiredEntityData } from '@mikro-orm/core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Activity } from './entities.ts';

/** Which activities to list. */
export interface ActivityFilter {
  /** At most so many. Default: 50. */
  readonly limit?: number;
  /** Of this user alone. Default: of all. */
  readonly actor?: number;
}

/** What users did. */
export interface Activities {
  /** Writes down an activity of a kind, like `record(Activity, { actor, verb: 'post', object })`. */
  readonly record: <Kind extends Activity>(kind: EntityName<Kind>, data: RequiredEntityData<Kind>) => Promise<Kind>;
  /** The latest ones first, each as the kind that it is, with its actor and its object, which may be deleted by now. */
  readonly latest: (filter?: ActivityFilter) => Promise<readonly Activity[]>;
}

/** The token of {@link Activities}. */
export const Activities = token<Activities>('core.activities');

/** The activities of a database. */
export function activitiesIn(database: Database): Activities {
  return Object.freeze<Activities>({
    async record(kind, data) {
      return database.transactional(async (em) => em.create(kind, data));
    },

    async latest({ limit = 50, actor } = {}) {
      return database.em.find(Activity, actor === undefined ? {} : { actor }, {
        populate: ['actor', 'object'],
        orderBy: { createdAt: 'desc', id: 'desc' },
        limit,
      });
    },
  });
}
