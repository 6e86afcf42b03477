import { Database, definePlugin } from '@headwater/kernel/plugin';
import { Activities, activitiesIn } from './activities.ts';
import { Activity, ContentObject, User } from './entities.ts';
import { ObjectListener } from './object-listener.ts';
import { Objects, objectsIn } from './objects.ts';
import { Refusal, statusOf } from './refusal.ts';
import { Users, usersIn } from './users.ts';
import { Problems } from './web.ts';

export { Activity, ContentObject, User } from './entities.ts';
export { Activities } from './activities.ts';
export type { ActivityFilter } from './activities.ts';
export { ObjectListener, ObjectListenerError } from './object-listener.ts';
export type { ObjectEvent } from './object-listener.ts';
export { Objects } from './objects.ts';
export { Refusal } from './refusal.ts';
export type { RefusalReason } from './refusal.ts';
export { assertId, assertIds } from './id.ts';
export { Seeds } from './seeds.ts';
export type { Seed, SeedContext, SeededObject } from './seeds.ts';
export { assertText } from './text.ts';
export { Users } from './users.ts';
export type { NewUser } from './users.ts';

/** Plugin zero: users, their objects and their activities. The kernel loads it like any other plugin. */
export default definePlugin({
  name: 'core',
  entities: [User, ContentObject, Activity],
  bind({ bind, contribute }) {
    bind(Users).toDynamicValue(({ get }) => usersIn(get(Database)));
    bind(Objects).toDynamicValue(({ get }) => objectsIn(get(Database), () => get.all(ObjectListener)));
    bind(Activities).toDynamicValue(({ get }) => activitiesIn(get(Database)));
    contribute(Problems, {
      of: (error) => (error instanceof Refusal ? { status: statusOf[error.reason], detail: error.message } : undefined),
    });
  },
});
