import { Seeds } from '@headwater/plugin-core';
import { Commands, Database, definePlugin } from '@headwater/kernel/plugin';
import { Like, LikedObject } from './entities.ts';
import { Likes, likesIn } from './likes.ts';
import { likesOptions } from './options.ts';
import { likesSeed } from './seed.ts';
import { Actions, Slots, heart, like, unlike } from './web.ts';

// The exports are the plugin's public interface. A token that is not exported is private to the plugin.
export { Like, LikedObject } from './entities.ts';
export { Likes } from './likes.ts';

/** Lets users like objects, and counts the likes on each object. */
export default definePlugin({
  name: 'likes',
  config: likesOptions,
  entities: [Like],
  extend: [LikedObject],
  bind({ bind, contribute, config }) {
    bind(Likes).toDynamicValue(({ get }) => likesIn(get(Database), config));
    for (const action of [like, unlike]) contribute(Actions, action);
    contribute(Slots, heart);
    contribute(Seeds, likesSeed);
    contribute(Commands, {
      name: 'likes:recount',
      about: 'Recounts the likes of every object and corrects wrong counts.',
      // Imported only when the command runs.
      load: () => import('./recount-command.ts'),
    });
  },
});
