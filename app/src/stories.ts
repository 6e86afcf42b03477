import { Refusal, assertText, type Objects } from '@headwater/plugin-core';
import { token } from '@headwater/kernel/plugin';
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

/** The stories of the community. */
export interface Stories {
  /** Publishes a story. Throws a Refusal, `invalid`. */
  readonly post: (story: NewStory) => Promise<Story>;
}

/** The token of {@link Stories}. */
export const Stories = token<Stories>('app.stories');

/** Returns the service. Stories are published as objects. */
export function storiesIn(objects: Objects): Stories {
  return Object.freeze<Stories>({
    async post({ author, title, url }) {
      assertText('a title', title, 255);
      if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
        throw new Refusal('invalid', 'the link of a story must begin with http:// or https://');
      }
      return objects.publish(Story, { author, title, ...(url !== undefined && { url }) });
    },
  });
}
