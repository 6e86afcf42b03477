import { sql, type Raw } from '@mikro-orm/core';
import { Refusal, assertId, assertIds } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import type { LikesOptions } from './options.ts';

/** The likes of users. Users and objects are passed by id, the user first. */
export interface Likes {
  /**
   * Likes an object. Returns false if the user already likes it. Throws a Refusal: `missing` if the user or the
   * object does not exist or the object is deleted, `too-many` above the option `perMinute`.
   */
  readonly like: (user: number, object: number) => Promise<boolean>;
  /** Withdraws a like. Returns false if there was none. */
  readonly unlike: (user: number, object: number) => Promise<boolean>;
  /** Returns whether a user likes an object. */
  readonly has: (user: number, object: number) => Promise<boolean>;
  /** Returns the number of users who like an object. Throws a Refusal, `missing`. */
  readonly countOf: (object: number) => Promise<number>;
  /** Returns those of the objects that a user likes. */
  readonly likedBy: (user: number, objects: readonly number[]) => Promise<ReadonlySet<number>>;
  /** Returns the number of likes of each of the objects that exist. */
  readonly countsOf: (objects: readonly number[]) => Promise<ReadonlyMap<number, number>>;
  /**
   * Returns the same count as an SQL expression. Other plugins can use it in their queries without knowing the column.
   * `alias` is the name that such a query gives to `core_object`.
   */
  readonly countIn: (alias: string) => Raw;
}

/** The token of {@link Likes}, by which other plugins get the service. */
export const Likes = token<Likes>('likes');

/**
 * Returns the service for a database. A single statement locks the object, writes the like, and updates the count on
 * the object. This keeps counts correct under concurrency, and concurrent calls never deadlock.
 */
export function likesIn(database: Database, { perMinute }: LikesOptions): Likes {
  const has: Likes['has'] = async (user, object) => {
    assertId('a user', user);
    assertId('an object', object);
    const rows = await database.em.execute(
      sql`select 1 from likes_like where user_id = ${user} and object_id = ${object}`,
    );
    return rows.length > 0;
  };

  return Object.freeze<Likes>({
    has,

    async like(user, object) {
      assertId('a user', user);
      assertId('an object', object);
      return database.transactional(async (em) => {
        // Serializes the likes of one user, so that the statement below counts all of the last 60 seconds.
        const users = await em.execute(sql`select 1 from core_user where id = ${user} for no key update`);
        if (users.length === 0) throw new Refusal('missing', `there is no user ${user}`);
        const [outcome] = await em.execute<LikeOutcome[]>(sql`
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
          select exists (select from target) as "objectExists", exists (select from added) as "isNew",
            (select likes from recent) >= ${perMinute} as "isTooMany"
        `);
        if (outcome?.objectExists !== true) throw new Refusal('missing', `there is no object ${object}`);
        if (outcome.isNew) return true;
        if (outcome.isTooMany && !(await has(user, object))) {
          throw new Refusal('too-many', `a user may like ${perMinute} objects per minute`);
        }
        return false;
      });
    },

    async unlike(user, object) {
      assertId('a user', user);
      assertId('an object', object);
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
      assertId('an object', object);
      const [row] = await database.em.execute<{ count: number }[]>(
        sql`select likes_count as count from core_object where id = ${object}`,
      );
      if (row === undefined) throw new Refusal('missing', `there is no object ${object}`);
      return row.count;
    },

    async likedBy(user, objects) {
      assertId('a user', user);
      assertIds('objects', objects);
      if (objects.length === 0) return new Set();
      const rows = await database.em.execute<{ object: number }[]>(
        sql`select object_id as object from likes_like where user_id = ${user} and object_id in (${objects})`,
      );
      return new Set(rows.map(({ object }) => object));
    },

    async countsOf(objects) {
      assertIds('objects', objects);
      if (objects.length === 0) return new Map();
      const rows = await database.em.execute<{ id: number; count: number }[]>(
        sql`select id, likes_count as count from core_object where id in (${objects})`,
      );
      return new Map(rows.map(({ id, count }) => [id, count]));
    },

    countIn: (alias) => sql.ref(alias, 'likes_count'),
  });
}

interface LikeOutcome {
  readonly objectExists: boolean;
  readonly isNew: boolean;
  readonly isTooMany: boolean;
}
