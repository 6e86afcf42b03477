import { sql } from '@mikro-orm/core';
import { Refusal, assertText, type Objects } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Comment } from './entities.ts';
import { nested, type ThreadComment, type ThreadRow } from './thread.ts';

/** What a new comment is. */
export interface NewComment {
  /** The user who writes it. */
  readonly author: number;
  /** The object that it answers, which may be a comment. */
  readonly to: number;
  /** Not blank. */
  readonly body: string;
}

/** What people say to objects, and to what others said. Users and objects are given by id. */
export interface Comments {
  /**
   * Answers an object. The comment is published like any object, and a {@link Reply} written down. Throws a Refusal:
   * `invalid`, and `missing` where there is no such object or it is deleted.
   */
  readonly reply: (comment: NewComment) => Promise<Comment>;
  /** All answers to an object, and the answers to those; oldest first. Reads them in one query. */
  readonly thread: (object: number) => Promise<readonly ThreadComment[]>;
  /** How many comments are below each of these objects, at any depth, deleted ones left out. */
  readonly countOf: (objects: readonly number[]) => Promise<ReadonlyMap<number, number>>;
  /**
   * Deletes a comment. The answers to it stay where they are in the thread. Who may do so is for the caller to say.
   * Throws a Refusal, `missing`, where there is no such comment.
   */
  readonly delete: (comment: number) => Promise<void>;
}

/** The token of {@link Comments}. */
export const Comments = token<Comments>('comments');

/** The comments of a database. */
export function commentsIn(database: Database, objects: Objects): Comments {
  return Object.freeze<Comments>({
    async reply({ author, to, body }) {
      assertText('a comment', body);
      return database.transactional(async () => {
        const inReplyTo = await objects.get(to);
        return objects.publish(Comment, { author, inReplyTo, body });
      });
    },

    async thread(object) {
      const rows = await database.em.execute<ThreadRow[]>(sql`
        with recursive thread as (
          select id, in_reply_to, body from comments_comment where in_reply_to = ${object}
          union all
          select answer.id, answer.in_reply_to, answer.body
            from comments_comment answer join thread on answer.in_reply_to = thread.id
        )
        select thread.id, thread.in_reply_to, thread.body, core_object.author_id, core_user.name as author_name,
            core_object.created_at, core_object.deleted_at
          from thread
            join core_object on core_object.id = thread.id
            join core_user on core_user.id = core_object.author_id
          order by core_object.created_at, thread.id
      `);
      return nested(rows, object);
    },

    async countOf(roots) {
      if (roots.length === 0) return new Map();
      const rows = await database.em.execute<{ root: number; comments: number }[]>(sql`
        with recursive thread as (
          select in_reply_to as root, id from comments_comment where in_reply_to in (${roots})
          union all
          select thread.root, answer.id from comments_comment answer join thread on answer.in_reply_to = thread.id
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
      await database.transactional(async (em) => {
        if ((await em.count(Comment, { id: comment })) === 0) {
          throw new Refusal('missing', `there is no comment ${comment}`);
        }
        await objects.markDeleted(comment);
      });
    },
  });
}
