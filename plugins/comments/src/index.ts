import { definePlugin } from '@headwater/core/plugin';

/** Comments on any object; a comment is an object itself, so it can be answered like any other. */
export default definePlugin({ name: 'comments' });
