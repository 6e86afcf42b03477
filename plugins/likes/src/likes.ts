import { sql, type Raw } from '@mikro-orm/core';
import { Refusal } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';

/** Who likes what. Users and objects are given by id: first who, then what. */
export interface Likes {
  /**
   * Lets a user like an object, which counts once. Gives whether that is new. Throws a Refusal: `missing`, where there
   * is no such user or object or it is deleted, and `too-many` above the option `perMinute`.
   */
  readonly like: (user: number, object: number) => Promise<boolean>;
  /** Takes a like back. Gives whether there was one. */
  readonly unlike: (user: number, object: number) => Promise<boolean>;
  /** Whether a user likes an object. */
  readonly has: (user: number, object: number) => Promise<boolean>;
  /** How many users like an object. Throws a Refusal, `missing`. */
  readonly countOf: (object: number) => Promise<number>;
  /**
   * The same inside a query of somebody else's, who thus needs to know no column of this plugin: an integer, for the
   * row of `core_object` that the query calls `alias`.
   */
  readonly countIn: (alias: string) => Raw;
}

/** The token of {@link Likes}. */
export const Likes = token<Likes>('likes');

/** What the plugin can be told. */
export interface LikesOptions {
  /** How many likes a user may give within 60 seconds. A like that was taken back does not count. */
  readonly perMinute: number;
}

/**
 * The likes of a database. A like and the count on its object are always written by one statement, which locks the
 * object first: so the count is right whoever likes at the same time, and nobody waits in a circle.
 */
export function likesIn(database: Database, { perMinute }: LikesOptions): Likes {
  const has: Likes['has'] = async (user, object) => {
    const rows = await database.em.execute(
      sql`select 1 from likes_like where user_id = ${user} and object_id = ${object}`,
    );
    return rows.length > 0;
  };

  return Object.freeze<Likes>({
    has,

    async like(user, object) {
      return database.transactional(async (em) => {
        // One like of a user after another, so that all of the last minute are seen by the statement below.
        const users = await em.execute(sql`select 1 from core_user where id = ${user} for no key update`);
        if (users.length === 0) throw new Refusal('missing', `there is no user ${user}`);
        const [found] = await em.execute<LikeOutcome[]>(sql`
          with target as (
            select id from core_object where id = ${object} and deleted_at is null for no key update
          ), recent as (
            select count(*) as likes from likes_like
              where user_id = ${user} and created_at > now() - interval '60 seconds'
          ), added as (
            insert into likes_like (user_id, object_id)
              select ${user}, target.id from target, recent where recent.likes < ${perMinute}
              on conflict (user_id, object_id) do nothing
              returning object_id
          ), counted as (
            update core_object set likes_count = likes_count + 1 from added where core_object.id = added.object_id
          )
          select exists (select from target) as "isThere", exists (select from added) as "isNew",
            (select likes from recent) >= ${perMinute} as "isTooMany"
        `);
        if (found?.isThere !== true) throw new Refusal('missing', `there is no object ${object}`);
        if (found.isNew) return true;
        if (found.isTooMany && !(await has(user, object))) {
          throw new Refusal('too-many', `a user may like ${perMinute} objects a minute`);
        }
        return false;
      });
    },

    async unlike(user, object) {
      const rows = await database.em.execute(sql`
        with target as (
          select id from core_object where id = ${object} for no key update
        ), removed as (
          delete from likes_like using target where user_id = ${user} and object_id = target.id returning object_id
        )
        update core_object set likes_count = likes_count - 1 from removed where core_object.id = removed.object_id
          returning core_object.id
      `);
      return rows.length > 0;
    },

    async countOf(object) {
      const [row] = await database.em.execute<{ count: number }[]>(
        sql`select likes_count as count from core_object where id = ${object}`,
      );
      if (row === undefined) throw new Refusal('missing', `there is no object ${object}`);
      return row.count;
    },

    countIn: (alias) => sql.ref(alias, 'likes_count'),
  });
}

interface LikeOutcome {
  readonly isThere: boolean;
  readonly isNew: boolean;
  readonly isTooMany: boolean;
}
