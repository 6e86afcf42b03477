import { sql, type Raw } from '@mikro-orm/core';
import { Refusal } from '@headwater/plugin-core';
import { token, type Database, type Get } from '@headwater/kernel/plugin';
import { Comments, Likes } from './optional-plugins.ts';

/** A story on the front page. */
export interface FrontPageStory {
  readonly id: number;
  readonly title: string;
  /** `null` for a question. */
  readonly url: string | null;
  readonly author: string;
  /** Id of the author. */
  readonly authorId: number;
  readonly createdAt: Date;
  /** The rank of the story; see {@link FrontPage.top}. */
  readonly score: number;
  /** `null` if the plugin `likes` is not active. */
  readonly likes: number | null;
}

/** A story with the number of its comments. */
export interface CountedStory extends FrontPageStory {
  /** Number of comments at any depth; `null` if the plugin `comments` is not active. */
  readonly comments: number | null;
}

/** An order of stories: by score, or by time. */
export type StoryOrder = 'top' | 'newest';

/** A part of a list of stories. */
export interface StoryPage {
  readonly stories: readonly FrontPageStory[];
  /** The value of `after` for the next part; `null` at the end. */
  readonly next: string | null;
}

/** Selects a part of a list of stories. */
export interface StorySelection {
  readonly order: StoryOrder;
  /** The `next` of the part before. Default: the list begins. */
  readonly after?: string | undefined;
  /** Default: 30. */
  readonly limit?: number;
  /** Lists only the stories of the user with this id. Default: all users. */
  readonly author?: number;
}

/** The front page of the community. */
export interface FrontPage {
  /**
   * Returns the stories with the highest score. `limit` is 30 by default. The score is (likes + 1) / (hours + 2) ^ 1.8,
   * where hours is the age of the story: all likes have the same weight, and young stories sink fastest. Without the
   * plugin `likes` the newest stories come first. Ties go to the newer story.
   */
  readonly top: (limit?: number) => Promise<readonly CountedStory[]>;
  /**
   * Returns a part of a list. The next part begins after the last story of this one, and is ranked at the same time, so
   * no story appears twice because time has passed. Throws a Refusal, `invalid`, for an `after` of something else.
   */
  readonly page: (selection: StorySelection) => Promise<StoryPage>;
  /** Adds the numbers of comments. */
  readonly count: (stories: readonly FrontPageStory[]) => Promise<readonly CountedStory[]>;
}

/** The token of {@link FrontPage}. */
export const FrontPage = token<FrontPage>('app.frontPage');

/** Returns the front page for a database, with the counts of the optional plugins that are active. */
export function frontPageIn(database: Database, get: Get): FrontPage {
  const likes = get.optional(Likes);
  const comments = get.optional(Comments);

  const page: FrontPage['page'] = async ({ order, after, limit = 30, author }) => {
    const cursor = after === undefined ? null : parseCursor(after);
    // Pages of one list are ranked at one time.
    const at = cursor?.at ?? new Date().toISOString();
    const key = order === 'top' ? sql`score` : sql`created`;
    const rows = await database.em.execute<StoryRow[]>(sql`
      select * from (
        select *, (likes + 1) / power(hours + 2, 1.8) as score
          from (
            select story.id, story.title, story.url, core_user.name as author, core_user.id as author_id,
                object.created_at, extract(epoch from object.created_at)::float8 as created,
                ${likes?.countIn('object') ?? 0}::float8 as likes,
                greatest(extract(epoch from ${at}::timestamptz - object.created_at), 0)::float8 / 3600 as hours
              from app_story story
                join core_object object on object.id = story.id
                join core_user on core_user.id = object.author_id
              where object.deleted_at is null ${author === undefined ? nothing : sql`and object.author_id = ${author}`}
          ) stories
        ) ranked
        ${cursor === null ? nothing : sql`where (${key}, id) < (${cursor.key}::float8, ${cursor.id}::int)`}
        order by ${key} desc, id desc
        limit ${limit}
    `);
    const stories = rows.map(
      ({ id, title, url, author: name, author_id: authorId, score, created_at, likes: liked }) => ({
        id,
        title,
        url,
        author: name,
        authorId,
        createdAt: new Date(created_at),
        score,
        likes: likes === undefined ? null : liked,
      }),
    );
    const last = rows.length < limit ? undefined : rows.at(-1);
    const next = last === undefined ? null : `${at}_${order === 'top' ? last.score : last.created}_${last.id}`;
    return { stories, next };
  };

  const count: FrontPage['count'] = async (stories) => {
    const counts = await comments?.countOf(stories.map(({ id }) => id));
    return stories.map((story) => ({ ...story, comments: counts?.get(story.id) ?? null }));
  };

  return Object.freeze<FrontPage>({
    page,
    count,
    top: async (limit = 30) => count((await page({ order: 'top', limit })).stories),
  });
}

const nothing: Raw = sql``;

interface StoryRow {
  readonly id: number;
  readonly title: string;
  readonly url: string | null;
  readonly author: string;
  readonly author_id: number;
  /** MikroORM returns timestamps as text from raw queries. */
  readonly created_at: string;
  /** The same in seconds. */
  readonly created: number;
  readonly likes: number;
  readonly score: number;
}

interface Cursor {
  readonly at: string;
  /** The score or the time of the last story. */
  readonly key: number;
  readonly id: number;
}

function parseCursor(text: string): Cursor {
  const [, at = '', key, id] = /^(\d{4}-[\d:.T-]+Z)_(\d[\d.e+-]*)_(\d{1,9})$/.exec(text) ?? [];
  if (Number.isNaN(Date.parse(at)) || !Number.isFinite(Number(key))) {
    throw new Refusal('invalid', 'the list of stories does not continue there');
  }
  return { at, key: Number(key), id: Number(id) };
}
