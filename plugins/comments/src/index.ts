import { Activities, ObjectListener, Objects, Seeds } from '@headwater/plugin-core';
import { Database, definePlugin } from '@headwater/kernel/plugin';
import { Comments, commentsIn } from './comments.ts';
import { Comment, Reply } from './entities.ts';
import { commentListener } from './comment-listener.ts';
import { commentsSeed } from './seed.ts';
import { Actions, Pages, Slots, commentCount, commentSection, reply, threadPage } from './web.ts';

export { Comment, Reply } from './entities.ts';
export { Comments } from './comments.ts';
export type { NewComment } from './comments.ts';
export type { ThreadComment } from './thread.ts';

/** Comments on objects. A comment is an object itself, so comments can be commented on too. */
export default definePlugin({
  name: 'comments',
  entities: [Comment, Reply],
  bind({ bind, contribute }) {
    bind(Comments).toDynamicValue(({ get }) => commentsIn(get(Database), get(Objects)));
    contribute(ObjectListener, ({ get }) => commentListener(get(Activities)));
    contribute(Pages, threadPage);
    contribute(Actions, reply);
    for (const part of [commentCount, commentSection]) contribute(Slots, part);
    contribute(Seeds, commentsSeed);
  },
});
