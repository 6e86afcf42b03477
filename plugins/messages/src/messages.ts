import { raw, type Loaded } from '@mikro-orm/core';
import { Refusal, User, assertId, assertIds, assertText } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Message, Participant } from './entities.ts';

/** The data of a new message. */
export interface NewMessage {
  /** Id of the sender. */
  readonly from: number;
  /** Ids of the recipients. At least one must not be the sender. Duplicates are ignored. */
  readonly to: readonly number[];
  /** 1 to 255 characters. */
  readonly subject: string;
  /** Not blank. */
  readonly body: string;
}

/** A message in a list. */
export interface MessageHeader {
  readonly id: number;
  readonly sender: { readonly id: number; readonly name: string };
  readonly subject: string;
  readonly sentAt: Date;
  readonly unread: boolean;
}

/** A whole message. */
export interface ReadableMessage extends MessageHeader {
  readonly body: string;
  /** All users who can read it, the sender included, sorted by name. */
  readonly participants: readonly { readonly id: number; readonly name: string }[];
}

/**
 * The private messages of users. To a user who is not a participant, a message appears not to exist, since its
 * existence is private too. Users and messages are passed by id, the requesting user first.
 */
export interface Messages {
  /** Sends a message and returns its id. It counts as read by its sender. Throws a Refusal, `invalid` or `missing`. */
  readonly send: (message: NewMessage) => Promise<number>;
  /** Returns the messages that others sent to a user, latest first. `limit` is 50 by default. */
  readonly inbox: (user: number, limit?: number) => Promise<readonly MessageHeader[]>;
  /** Returns the number of messages that a user has not read. */
  readonly unread: (user: number) => Promise<number>;
  /**
   * Returns the messages between a user and another one, latest first, and marks them as read. `before` is the id of a
   * message, and only earlier ones are returned; `limit` is 20 by default.
   */
  readonly between: (
    user: number,
    other: number,
    page?: { readonly before?: number | undefined; readonly limit?: number },
  ) => Promise<readonly ReadableMessage[]>;
  /** Returns a message. Does not mark it as read. Throws a Refusal, `missing`. */
  readonly read: (user: number, message: number) => Promise<ReadableMessage>;
  /** Marks a message as read by a user. Later calls keep the time of the first one. Throws a Refusal, `missing`. */
  readonly markRead: (user: number, message: number) => Promise<void>;
}

/** The token of {@link Messages}. */
export const Messages = token<Messages>('messages');

/** Returns the service for a database. */
export function messagesIn(database: Database): Messages {
  return Object.freeze<Messages>({
    async send({ from, to, subject, body }) {
      assertId('a user', from);
      assertIds('users', to);
      assertText('a subject', subject, 255);
      assertText('a message', body);
      const recipients = new Set(to).difference(new Set([from]));
      if (recipients.size === 0) throw new Refusal('invalid', 'a message needs a recipient other than its sender');
      return database.transactional(async (em) => {
        const ids = [from, ...recipients];
        const users = await em.find(User, { id: ids });
        if (users.length < ids.length) {
          const missing = new Set(ids).difference(new Set(users.map(({ id }) => id)));
          throw new Refusal('missing', `there is no user ${[...missing].join(', ')}`);
        }
        const message = em.create(Message, { sender: from, subject, body });
        // By now the database has set the time of sending.
        await em.flush();
        for (const user of users) {
          em.create(Participant, { message, user, readAt: user.id === from ? message.sentAt : null });
        }
        return message.id;
      });
    },

    async inbox(user, limit = 50) {
      assertId('a user', user);
      const parts = await database.em.find(
        Participant,
        { user, message: { sender: { $ne: user } } },
        { populate: ['message.sender'], orderBy: { message: { sentAt: 'desc', id: 'desc' } }, limit, refresh: true },
      );
      return parts.map(headerOf);
    },

    async unread(user) {
      assertId('a user', user);
      return database.em.count(Participant, { user, readAt: null });
    },

    async between(user, other, { before, limit = 20 } = {}) {
      assertId('a user', user);
      assertId('a user', other);
      if (before !== undefined) assertId('a message', before);
      const { em } = database;
      const parts = await em.find(
        Participant,
        {
          user,
          message: { participants: { id: other }, ...(before !== undefined && { id: { $lt: before } }) },
        },
        {
          populate: ['message.sender', 'message.participants'],
          populateWhere: 'all',
          orderBy: { message: { id: 'desc' } },
          limit,
          refresh: true,
        },
      );
      const messages = parts.map(readableOf);
      await em.nativeUpdate(
        Participant,
        { user, message: messages.map(({ id }) => id), readAt: null },
        { readAt: raw('now()') },
      );
      return messages;
    },

    async read(user, message) {
      assertId('a user', user);
      assertId('a message', message);
      const part = await database.em.findOne(
        Participant,
        { user, message },
        { populate: ['message.sender', 'message.participants'], refresh: true },
      );
      if (part === null) throw missing(message);
      return readableOf(part);
    },

    async markRead(user, message) {
      assertId('a user', user);
      assertId('a message', message);
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

function readableOf(part: Loaded<Participant, 'message.sender' | 'message.participants'>): ReadableMessage {
  const participants = part.message.participants.getItems().map(({ id, name }) => ({ id, name }));
  return {
    ...headerOf(part),
    body: part.message.body,
    participants: participants.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function missing(message: number): Refusal {
  return new Refusal('missing', `there is no message ${message}`);
}
