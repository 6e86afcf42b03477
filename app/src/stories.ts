import { Refusal, assertId, assertText, type Objects } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Story } from './entities.ts';

/** The data of a new story. */
export interface NewStory {
  /** Id of the user who posts it. */
  readonly author: number;
  /** 1 to 255 characters. */
  readonly title: string;
  /** An `http:` or `https:` address. A story without one is a question. */
  readonly url?: string;
}

/** A story that everybody may read. */
export interface PublishedStory {
  readonly id: number;
  readonly title: string;
  /** `null` for a question. */
  readonly url: string | null;
  readonly author: { readonly id: number; readonly name: string };
  readonly createdAt: Date;
}

/** The stories of the community. */
export interface Stories {
  /** Publishes a story. Throws a Refusal, `invalid`. */
  readonly post: (story: NewStory) => Promise<Story>;
  /** Returns a story. Throws a Refusal, `missing`, also if it is deleted, or `invalid`. */
  readonly get: (story: number) => Promise<PublishedStory>;
}

/** The token of {@link Stories}. */
export const Stories = token<Stories>('app.stories');

/** Returns the service for a database. Stories are published as objects. */
export function storiesIn(database: Database, objects: Objects): Stories {
  return Object.freeze<Stories>({
    async post({ author, title, url }) {
      assertId('a user', author);
      assertText('a title', title, 255);
      if (url !== undefined) assertText('a link', url, 2000);
      if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
        throw new Refusal('invalid', 'the link of a story must begin with http:// or https://');
      }
      return objects.publish(Story, { author, title, ...(url !== undefined && { url }) });
    },

    async get(story) {
      assertId('a story', story);
      const found = await database.em.findOne(Story, { id: story, deletedAt: null }, { populate: ['author'] });
      if (found === null) throw new Refusal('missing', `there is no story ${story}`);
      const { id, title, url, author, createdAt } = found;
      return { id, title, url: url ?? null, author: { id: author.id, name: author.name }, createdAt };
    },
  });
}
