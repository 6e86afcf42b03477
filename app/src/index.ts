import { Activities, ObjectListener, Objects } from '@headwater/plugin-core';
import { Commands, Database, definePlugin } from '@headwater/kernel/plugin';
import { Story } from './entities.ts';
import { FrontPage, frontPageIn } from './front-page.ts';
import { Actions, Pages, Slots } from './optional-plugins.ts';
import { listPage, profileStories, storyNavigation, storyPage, submit, submitPage, userStoriesPage } from './pages.ts';
import { Stories, storiesIn } from './stories.ts';
import { storyListener } from './story-listener.ts';

export { Story } from './entities.ts';
export { FrontPage } from './front-page.ts';
export type { CountedStory, FrontPageStory, StoryOrder, StoryPage, StorySelection } from './front-page.ts';
export { Stories } from './stories.ts';
export type { NewStory, PublishedStory } from './stories.ts';

/**
 * The application: a community that posts stories. It requires plugin zero, and uses likes and comments if they are
 * active.
 */
export default definePlugin({
  name: 'app',
  entities: [Story],
  bind({ bind, contribute }) {
    bind(Stories).toDynamicValue(({ get }) => storiesIn(get(Database), get(Objects)));
    bind(FrontPage).toDynamicValue(({ get }) => frontPageIn(get(Database), get));
    contribute(ObjectListener, ({ get }) => storyListener(get(Activities)));
    const lists = [listPage('top', '/', 'Top stories'), listPage('newest', '/newest', 'Newest stories')];
    for (const page of [...lists, storyPage, submitPage, userStoriesPage]) contribute(Pages, page);
    contribute(Actions, submit);
    for (const part of [storyNavigation, profileStories]) contribute(Slots, part);
    contribute(Commands, {
      name: 'app:seed',
      about: 'Fills the database with an example community: users, 500 stories, and the data of all active plugins.',
      options: [{ flag: 'stories', value: 'number', about: 'the number of stories; default 500' }],
      load: () => import('./seed-command.ts'),
    });
  },
});
