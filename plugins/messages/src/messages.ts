import { raw, sql } from '@mikro-orm/core';
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

/** A message, as one of its participants sees it. */
export interface ReadableMessage {
  readonly id: number;
  readonly sender: { readonly id: number; readonly name: string };
  readonly subject: string;
  readonly body: string;
  readonly sentAt: Date;
  readonly unread: boolean;
}

/** The messages that a user shares with another one. */
export interface Conversation {
  readonly other: { readonly id: number; readonly name: string };
  readonly latest: { readonly id: number; readonly subject: string; readonly sentAt: Date };
  readonly unread: number;
}

/** A part of a list: what is before the message with the id `before`, and at most `limit` of it; default: 20. */
export interface MessagePage {
  readonly before?: number | undefined;
  readonly limit?: number;
  readonly seen?: boolean;
}

/**
 * The private messages of users. To a user who is not a participant, a message appears not to exist. Users and messages are
 * passed by id, the requesting user first.
 */
export interface Messages {
  /** Sends a message and returns its id. It counts as read by its sender. Throws a Refusal, `invalid` or `missing`. */
  readonly send: (message: NewMessage) => Promise<number>;
  /** Returns a user's conversations, the one with the latest message first. */
  readonly conversations: (user: number, page?: MessagePage) => Promise<readonly Conversation[]>;
  /** Returns the number of messages that a user has not read. */
  readonly unread: (user: number) => Promise<number>;
  /** Returns the messages between a user and another one, latest first, and marks them as read unless `seen` is false. */
  readonly between: (user: number, other: number, page?: MessagePage) => Promise<readonly ReadableMessage[]>;
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

    async conversations(user, { before, limit = 20 } = {}) {
      assertId('a user', user);
      if (before !== undefined) assertId('a message', before);
      const rows = await database.em.execute<readonly Conversation[]>(sql`
        select other, unread, json_build_object('id', latest, 'subject', subject, 'sentAt', sent_at) as latest
          from (
            select json_build_object('id', core_user.id, 'name', core_user.name) as other, max(mine.message_id) as latest,
                count(*) filter (where mine.read_at is null)::int as unread
              from messages_participant mine
                join messages_participant theirs on theirs.message_id = mine.message_id and theirs.user_id <> mine.user_id
                join core_user on core_user.id = theirs.user_id
              where mine.user_id = ${user}
              group by core_user.id
          ) conversation
            join messages_message on messages_message.id = latest
          where ${before ?? null}::int is null or latest < ${before ?? null}::int
          order by conversation.latest desc
          limit ${limit}
      `);
      return rows.map(({ latest, ...row }) => ({ ...row, latest: { ...latest, sentAt: new Date(latest.sentAt) } }));
    },

    async unread(user) {
      assertId('a user', user);
      return database.em.count(Participant, { user, readAt: null });
    },

    async between(user, other, { before, limit = 20, seen = true } = {}) {
      assertId('a user', user);
      assertId('a user', other);
      if (before !== undefined) assertId('a message', before);
      const { em } = database;
      const rows = await em.execute<readonly ReadableMessage[]>(sql`
        select message.id, subject, body, sent_at as "sentAt", mine.read_at is null as unread,
            json_build_object('id', core_user.id, 'name', core_user.name) as sender
          from messages_participant mine
            join messages_participant theirs on theirs.message_id = mine.message_id and theirs.user_id <> mine.user_id
            join messages_message message on message.id = mine.message_id
            join core_user on core_user.id = message.sender_id
          where mine.user_id = ${user} and theirs.user_id = ${other}
            and (${before ?? null}::int is null or message.id < ${before ?? null}::int)
          order by message.id desc
          limit ${limit}
      `);
      const message = rows.map(({ id }) => id);
      if (seen) await em.nativeUpdate(Participant, { user, message, readAt: null }, { readAt: raw('now()') });
      return rows.map((row) => ({ ...row, sentAt: new Date(row.sentAt) }));
    },
  });
}
