import { Activities, ObjectListener, Objects } from '@headwater/plugin-core';
import { Database, definePlugin } from '@headwater/kernel/plugin';
import { Comments, commentsIn } from './comments.ts';
import { Comment, Reply } from './entities.ts';
import { replyRecorder } from './reply-recorder.ts';

export { Comment, Reply } from './entities.ts';
export { Comments } from './comments.ts';
export type { NewComment } from './comments.ts';
export type { ThreadComment } from './thread.ts';

/** Comments on any object; a comment is an object itself, so it can be answered like any other. */
export default definePlugin({
  name: 'comments',
  entities: [Comment, Reply],
  bind({ bind, contribute }) {
    bind(Comments).toDynamicValue(({ get }) => commentsIn(get(Database), get(Objects)));
    contribute(ObjectListener, ({ get }) => replyRecorder(get(Activities)));
  },
});
