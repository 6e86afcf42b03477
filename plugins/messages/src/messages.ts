import { raw, type Loaded } from '@mikro-orm/core';
import { Refusal, User, assertText } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Message, Participant } from './entities.ts';

/** What a new message is. */
export interface NewMessage {
  /** The user who writes it. */
  readonly from: number;
  /** Who gets it; somebody besides the sender. Naming a user twice changes nothing. */
  readonly to: readonly number[];
  /** 1 to 255 characters. */
  readonly subject: string;
  /** Not blank. */
  readonly body: string;
}

/** A message as a list shows it. */
export interface MessageHeader {
  readonly id: number;
  readonly sender: { readonly id: number; readonly name: string };
  readonly subject: string;
  readonly sentAt: Date;
  readonly unread: boolean;
}

/** A message as its participants read it. */
export interface ReadableMessage extends MessageHeader {
  readonly body: string;
  /** All who can read it, the sender too, by name. */
  readonly participants: readonly { readonly id: number; readonly name: string }[];
}

/**
 * Private messages. Whoever takes no part in a message is told that there is none: that it exists is private too. Users
 * and messages are given by id: first who asks.
 */
export interface Messages {
  /** Sends a message, which its sender has read. Gives its id. Throws a Refusal, `invalid` or `missing`. */
  readonly send: (message: NewMessage) => Promise<number>;
  /** What others sent to a user, latest first, at most `limit`, 50 by default. */
  readonly inbox: (user: number, limit?: number) => Promise<readonly MessageHeader[]>;
  /** How many messages a user has not read. */
  readonly unread: (user: number) => Promise<number>;
  /** A whole message. Reading does not mark it as read. Throws a Refusal, `missing`. */
  readonly read: (user: number, message: number) => Promise<ReadableMessage>;
  /** Notes that a user has read a message; the first time counts. Throws a Refusal, `missing`. */
  readonly markRead: (user: number, message: number) => Promise<void>;
}

/** The token of {@link Messages}. */
export const Messages = token<Messages>('messages');

/** The messages of a database. */
export function messagesIn(database: Database): Messages {
  return Object.freeze<Messages>({
    async send({ from, to, subject, body }) {
      assertText('a subject', subject, 255);
      assertText('a message', body);
      const recipients = new Set(to).difference(new Set([from]));
      if (recipients.size === 0) throw new Refusal('invalid', 'a message goes to somebody besides its sender');
      return database.transactional(async (em) => {
        const ids = [from, ...recipients];
        const users = await em.find(User, { id: ids });
        if (users.length < ids.length) {
          const missing = new Set(ids).difference(new Set(users.map(({ id }) => id)));
          throw new Refusal('missing', `there is no user ${[...missing].join(', ')}`);
        }
        const message = em.create(Message, { sender: from, subject, body });
        // Now the database has said when it was sent.
        await em.flush();
        for (const user of users) {
          em.create(Participant, { message, user, readAt: user.id === from ? message.sentAt : null });
        }
        return message.id;
      });
    },

    async inbox(user, limit = 50) {
      const parts = await database.em.find(
        Participant,
        { user, message: { sender: { $ne: user } } },
        { populate: ['message.sender'], orderBy: { message: { sentAt: 'desc', id: 'desc' } }, limit, refresh: true },
      );
      return parts.map(headerOf);
    },

    async unread(user) {
      return database.em.count(Participant, { user, readAt: null });
    },

    async read(user, message) {
      const part = await database.em.findOne(
        Participant,
        { user, message },
        { populate: ['message.sender', 'message.participants'], refresh: true },
      );
      if (part === null) throw missing(message);
      const participants = part.message.participants.getItems().map(({ id, name }) => ({ id, name }));
      return {
        ...headerOf(part),
        body: part.message.body,
        participants: participants.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      };
    },

    async markRead(user, message) {
      const { em } = database;
      const marked = await em.nativeUpdate(Participant, { user, message, readAt: null }, { readAt: raw('now()') });
      if (marked === 0 && (await em.count(Participant, { user, message })) === 0) throw missing(message);
    },
  });
}

function headerOf({ message, readAt }: Loaded<Participant, 'message.sender'>): MessageHeader {
  const { id, subject, sentAt, sender } = message;
  return { id, sender: { id: sender.id, name: sender.name }, subject, sentAt, unread: readAt === null };
}

function missing(message: number): Refusal {
  return new Refusal('missing', `there is no message ${message}`);
}
