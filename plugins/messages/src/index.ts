import { Seeds } from '@headwater/plugin-core';
import { Database, definePlugin } from '@headwater/kernel/plugin';
import { Message, Participant } from './entities.ts';
import { Messages, messagesIn } from './messages.ts';
import { messagesSeed } from './seed.ts';
import { Actions, Pages, Slots, conversationPage, inboxPage, messagesLink, send, writeLink } from './web.ts';

export { Message, Participant } from './entities.ts';
export { Messages } from './messages.ts';
export type { Conversation, MessagePage, NewMessage, ReadableMessage } from './messages.ts';

/** Private messages between users. They are not objects, so no list of objects can show them by accident. */
export default definePlugin({
  name: 'messages',
  entities: [Message, Participant],
  bind({ bind, contribute }) {
    bind(Messages).toDynamicValue(({ get }) => messagesIn(get(Database)));
    for (const page of [inboxPage, conversationPage]) contribute(Pages, page);
    contribute(Actions, send);
    contribute(Seeds, messagesSeed);
    for (const part of [messagesLink, writeLink]) contribute(Slots, part);
  },
});
