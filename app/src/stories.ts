import { Refusal, assertText, type Objects } from '@headwater/plugin-core';
import { token } from '@headwater/kernel/plugin';
import { Story } from './entities.ts';

/** What a new story is. */
export interface NewStory {
  /** The user who posts it. */
  readonly author: number;
  /** 1 to 255 characters. */
  readonly title: string;
  /** Of `http:` or `https:`. Default: none, it is a question. */
  readonly url?: string;
}

/** What the community talks about. */
export interface Stories {
  /** Publishes a story. Throws a Refusal, `invalid`. */
  readonly post: (story: NewStory) => Promise<Story>;
}

/** The token of {@link Stories}. */
export const Stories = token<Stories>('app.stories');

/** The stories among `objects`. */
export function storiesAmong(objects: Objects): Stories {
  return Object.freeze<Stories>({
    async post({ author, title, url }) {
      assertText('a title', title, 255);
      if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
        throw new Refusal('invalid', 'a story links to an address that begins with http:// or https://');
      }
      return objects.publish(Story, { author, title, ...(url !== undefined && { url }) });
    },
  });
}
