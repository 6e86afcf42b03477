import { definePlugin } from '@headwater/core/plugin';

/** Private messages between users. They are not objects, so nothing that lists objects can show them. */
export default definePlugin({ name: 'messages' });
