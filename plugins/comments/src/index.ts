import { definePlugin } from '@headwater/core/plugin';
import { Comment, Reply } from './entities.ts';

export { Comment, Reply } from './entities.ts';

/** Comments on any object; a comment is an object itself, so it can be answered like any other. */
export default definePlugin({ name: 'comments', entities: [Comment, Reply] });
