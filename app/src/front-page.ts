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
  /** The rank of the story; see {@link FrontPage.top}. */
  readonly score: number;
  /** `null` if the plugin `likes` is not active. */
  readonly likes: number | null;
  /** Number of comments at any depth; `null` if the plugin `comments` is not active. */
  readonly comments: number | null;
}

/** The front page of the community. */
export interface FrontPage {
  /**
   * Returns the stories with the highest score. `limit` is 30 by default. The score is (likes + 1) / (hours + 2) ^ 1.8,
   * where hours is the age of the story: all likes have the same weight, and young stories sink fastest. Without the
   * plugin `likes` the newest stories come first. Ties go to the newer story.
   */
  readonly top: (limit?: number) => Promise<readonly FrontPageStory[]>;
}

/** The token of {@link FrontPage}. */
export const FrontPage = token<FrontPage>('app.frontPage');

/** Returns the front page for a database, with the counts of the optional plugins that are active. */
export function frontPageIn(database: Database, get: Get): FrontPage {
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
  /** MikroORM returns timestamps as text from raw queries. */
  readonly created_at: string;
  readonly likes: number;
  readonly score: number;
}
