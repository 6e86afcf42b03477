import type { Action, SlotPart } from '@headwater/plugin-site';
import { contributionPoint } from '@headwater/kernel/plugin';
import { z } from 'zod';
import { Likes } from './likes.ts';

// The plugin also works without a site. So it imports only types of that plugin, which are erased, and names its points.

/** The point of the plugin `site` for actions. */
export const Actions = contributionPoint<Action>('site.actions');

/** The point of the plugin `site` for parts of pages. */
export const Slots = contributionPoint<SlotPart>('site.slots');

const objectParams = z.object({ object: z.coerce.number().int() });
type ObjectParams = z.infer<typeof objectParams>;

/** The answer of the API. */
interface LikeState {
  readonly liked: boolean;
  readonly likes: number;
}

export const like: Action<ObjectParams, unknown, LikeState> = {
  path: '/objects/:object/like',
  about: 'Likes an object.',
  params: objectParams,
  async act({ get, signedIn, params: { object } }) {
    await get(Likes).like(signedIn().id, object);
    return { liked: true, likes: await get(Likes).countOf(object) };
  },
};

export const unlike: Action<ObjectParams, unknown, LikeState> = {
  path: '/objects/:object/unlike',
  about: 'Withdraws a like.',
  params: objectParams,
  async act({ get, signedIn, params: { object } }) {
    await get(Likes).unlike(signedIn().id, object);
    return { liked: false, likes: await get(Likes).countOf(object) };
  },
};

/** The heart of each object: a button for users, a number for visitors. */
export const heart: SlotPart<'object.actions'> = {
  slot: 'object.actions',
  order: -10,
  async render(objects, { get, html, ui, user }) {
    const ids = objects.map(({ id }) => id);
    const counts = await get(Likes).countsOf(ids);
    const liked: ReadonlySet<number> = user === null ? new Set() : await get(Likes).likedBy(user.id, ids);
    return ids.map((id) => {
      const [isLiked, count] = [liked.has(id), counts.get(id) ?? 0];
      const number = html`<span aria-hidden="true">${isLiked ? '♥' : '♡'}</span>
        <span>${count} <span class="hidden">${count === 1 ? 'like' : 'likes'}</span></span>`;
      const button = html`<button class="plain heart" title=${isLiked ? 'Unlike' : 'Like'} aria-pressed=${String(isLiked)}>
        ${number}
      </button>`;
      const action = `/objects/${id}/${isLiked ? 'unlike' : 'like'}`;
      return html`<div id=${`like-${id}`}>
        ${user === null ? html`<span class="heart">${number}</span>` : ui.form({ action, updates: `like-${id}`, content: button })}
      </div>`;
    });
  },
};
