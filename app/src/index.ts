import { Activities, ObjectListener, Objects } from '@headwater/plugin-core';
import { Database, definePlugin } from '@headwater/kernel/plugin';
import { Story } from './entities.ts';
import { FrontPage, frontPageOf } from './front-page.ts';
import { postRecorder } from './post-recorder.ts';
import { Stories, storiesAmong } from './stories.ts';

export { Story } from './entities.ts';
export { FrontPage } from './front-page.ts';
export type { FrontPageStory } from './front-page.ts';
export { Stories } from './stories.ts';
export type { NewStory } from './stories.ts';

/** The application: a community that posts stories. It needs core alone; what else is activated adds to it. */
export default definePlugin({
  name: 'app',
  entities: [Story],
  bind({ bind, contribute }) {
    bind(Stories).toDynamicValue(({ get }) => storiesAmong(get(Objects)));
    bind(FrontPage).toDynamicValue(({ get }) => frontPageOf(get(Database), get));
    contribute(ObjectListener, ({ get }) => postRecorder(get(Activities)));
  },
});
