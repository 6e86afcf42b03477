import { sql } from '@mikro-orm/core';
import { Refusal, assertId, assertIds, assertText, type Objects } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Comment } from './entities.ts';
import { buildThread, type ThreadComment, type ThreadRow } from './thread.ts';

/** The data of a new comment. */
export interface NewComment {
  /** Id of the user who writes it. */
  readonly author: number;
  /** Id of the object to reply to, which may be a comment. */
  readonly to: number;
  /** Not blank. */
  readonly body: string;
}

/** The comments on objects and on other comments. Users and objects are passed by id. */
export interface Comments {
  /**
   * Publishes a comment on an object, and records a {@link Reply}. Throws a Refusal: `invalid`, or `missing` if the
   * object does not exist or is deleted.
   */
  readonly reply: (comment: NewComment) => Promise<Comment>;
  /** Returns the comments on an object with their replies, oldest first; none if it is deleted. Runs one query. */
  readonly thread: (object: number) => Promise<readonly ThreadComment[]>;
  /** Returns the number of comments below each of the objects, at any depth, excluding deleted ones. */
  readonly countOf: (objects: readonly number[]) => Promise<ReadonlyMap<number, number>>;
  /**
   * Deletes a comment. Its replies keep their place in the thread. The caller checks permissions. Throws a Refusal,
   * `missing`.
   */
  readonly delete: (comment: number) => Promise<void>;
}

/** The token of {@link Comments}. */
export const Comments = token<Comments>('comments');

/** Returns the service for a database. */
export function commentsIn(database: Database, objects: Objects): Comments {
  return Object.freeze<Comments>({
    async reply({ author, to, body }) {
      assertId('a user', author);
      assertId('an object', to);
      assertText('a comment', body);
      return database.transactional(async () => {
        const inReplyTo = await objects.get(to);
        return objects.publish(Comment, { author, inReplyTo, body });
      });
    },

    async thread(object) {
      assertId('an object', object);
      const rows = await database.em.execute<ThreadRow[]>(sql`
        with recursive thread as (
          select comment.id, in_reply_to, body from comments_comment comment
            join core_object root on root.id = in_reply_to and root.deleted_at is null where in_reply_to = ${object}
          union all
          select reply.id, reply.in_reply_to, reply.body
            from comments_comment reply join thread on reply.in_reply_to = thread.id
        )
        select thread.id, thread.in_reply_to, thread.body, core_object.author_id, core_user.name as author_name,
            core_object.created_at, core_object.deleted_at
          from thread
            join core_object on core_object.id = thread.id
            join core_user on core_user.id = core_object.author_id
          order by core_object.created_at, thread.id
      `);
      return buildThread(rows, object);
    },

    async countOf(roots) {
      assertIds('objects', roots);
      if (roots.length === 0) return new Map();
      const rows = await database.em.execute<{ root: number; comments: number }[]>(sql`
        with recursive thread as (
          select in_reply_to as root, id from comments_comment where in_reply_to in (${roots})
          union all
          select thread.root, reply.id from comments_comment reply join thread on reply.in_reply_to = thread.id
        )
        select thread.root, count(*)::int as comments
          from thread join core_object on core_object.id = thread.id
          where core_object.deleted_at is null
          group by thread.root
      `);
      const counts = new Map(rows.map(({ root, comments }) => [root, comments]));
      return new Map(roots.map((root) => [root, counts.get(root) ?? 0]));
    },

    async delete(comment) {
      assertId('a comment', comment);
      await database.transactional(async (em) => {
        if ((await em.count(Comment, { id: comment })) === 0) {
          throw new Refusal('missing', `there is no comment ${comment}`);
        }
        await objects.markDeleted(comment);
      });
    },
  });
}
