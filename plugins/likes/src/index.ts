import { Commands, Database, definePlugin } from '@headwater/kernel/plugin';
import { z } from 'zod';
import { Like, LikedObject } from './entities.ts';
import { Likes, likesIn } from './likes.ts';

export { Like, LikedObject } from './entities.ts';
export { Likes } from './likes.ts';

/** Likes on any object, and on every object the number it has. */
export default definePlugin({
  name: 'likes',
  config: z.object({
    perMinute: z
      .number()
      .int()
      .positive()
      .default(30)
      .describe('How many likes a user may give within 60 seconds. A like that was taken back does not count.'),
  }),
  entities: [Like],
  extend: [LikedObject],
  bind({ bind, contribute, config }) {
    bind(Likes).toDynamicValue(({ get }) => likesIn(get(Database), config));
    const about = 'Counts the likes of every object, and corrects the counts that differ.';
    contribute(Commands, { name: 'likes:recount', about, load: () => import('./recount.ts') });
  },
});
