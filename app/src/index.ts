import { Activities, ObjectListener, Objects } from '@headwater/plugin-core';
import { Database, definePlugin } from '@headwater/kernel/plugin';
import { Story } from './entities.ts';
import { FrontPage, frontPageIn } from './front-page.ts';
import { Stories, storiesIn } from './stories.ts';
import { storyListener } from './story-listener.ts';

export { Story } from './entities.ts';
export { FrontPage } from './front-page.ts';
export type { FrontPageStory } from './front-page.ts';
export { Stories } from './stories.ts';
export type { NewStory } from './stories.ts';

/**
 * The application: a community that posts stories. It requires plugin zero, and uses likes and comments if they are
 * active.
 */
export default definePlugin({
  name: 'app',
  entities: [Story],
  bind({ bind, contribute }) {
    bind(Stories).toDynamicValue(({ get }) => storiesIn(get(Objects)));
    bind(FrontPage).toDynamicValue(({ get }) => frontPageIn(get(Database), get));
    contribute(ObjectListener, ({ get }) => storyListener(get(Activities)));
  },
});
