import { sql } from '@mikro-orm/core';
import { token, type Database, type Get } from '@headwater/kernel/plugin';
import { Comments, Likes } from './optional-plugins.ts';

/** A story on the front page. */
export interface FrontPageStory {
  readonly id: number;
  readonly title: string;
  /** `null` for a question. */
  readonly url: string | null;
  readonly author: string;
  readonly createdAt: Date;
  /** By which the stories are ordered. */
  readonly score: number;
  /** `null` while the plugin `likes` is not active. */
  readonly likes: number | null;
  /** At any depth; `null` while the plugin `comments` is not active. */
  readonly comments: number | null;
}

/** What a visitor sees first. */
export interface FrontPage {
  /**
   * The best stories first, at most `limit`, 30 by default. A story's score is (likes + 1) / (hours + 2) ^ 1.8, where
   * hours is its age: a like counts as much as any other, and everything sinks, the faster the younger it is. Without
   * the plugin `likes` nothing has any, so the newest come first. Of equals the newer one comes first.
   */
  readonly top: (limit?: number) => Promise<readonly FrontPageStory[]>;
}

/** The token of {@link FrontPage}. */
export const FrontPage = token<FrontPage>('app.frontPage');

/** The front page of a database, with what the plugins add that are active. */
export function frontPageOf(database: Database, get: Get): FrontPage {
  const likes = get.optional(Likes);
  const comments = get.optional(Comments);

  return Object.freeze<FrontPage>({
    async top(limit = 30) {
      const rows = await database.em.execute<StoryRow[]>(sql`
        select *, (likes + 1) / power(hours + 2, 1.8) as score
          from (
            select story.id, story.title, story.url, core_user.name as author, object.created_at,
                ${likes?.countIn('object') ?? 0}::float8 as likes,
                greatest(extract(epoch from now() - object.created_at), 0)::float8 / 3600 as hours
              from app_story story
                join core_object object on object.id = story.id
                join core_user on core_user.id = object.author_id
              where object.deleted_at is null
          ) stories
          order by score desc, id desc
          limit ${limit}
      `);
      const counts = await comments?.countOf(rows.map(({ id }) => id));
      return rows.map(({ id, title, url, author, score, created_at: createdAt, likes: liked }) => ({
        id,
        title,
        url,
        author,
        createdAt: new Date(createdAt),
        score,
        likes: likes === undefined ? null : liked,
        comments: counts?.get(id) ?? null,
      }));
    },
  });
}

interface StoryRow {
  readonly id: number;
  readonly title: string;
  readonly url: string | null;
  readonly author: string;
  /** MikroORM leaves times in what it did not write itself as text. */
  readonly created_at: string;
  readonly likes: number;
  readonly score: number;
}
