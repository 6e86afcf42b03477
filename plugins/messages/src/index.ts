import { definePlugin } from '@headwater/core/plugin';
import { Message, Participant } from './entities.ts';

export { Message, Participant } from './entities.ts';

/** Private messages between users. They are not objects, so nothing that lists objects can show them. */
export default definePlugin({ name: 'messages', entities: [Message, Participant] });
