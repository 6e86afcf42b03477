import type { Action, Html, Page, PageObject, SlotPart, View } from '@headwater/plugin-site';
import { contributionPoint } from '@headwater/kernel/plugin';
import { z } from 'zod';
import { Comments } from './comments.ts';
import type { ThreadComment } from './thread.ts';

// The plugin also works without a site. So it imports only types of that plugin, which are erased, and names its points.

/** The points of the plugin `site`. */
export const Pages = contributionPoint<Page>('site.pages');
export const Actions = contributionPoint<Action>('site.actions');
export const Slots = contributionPoint<SlotPart>('site.slots');

const objectParams = z.object({ object: z.coerce.number().int() });
type ObjectParams = z.infer<typeof objectParams>;

/** The comments on any object. The pages of objects show their comments themselves. */
export const threadPage: Page<
  ObjectParams,
  unknown,
  { readonly object: number; readonly comments: readonly ThreadComment[] }
> = {
  path: '/objects/:object/comments',
  about: 'Lists the comments on an object, with their replies.',
  params: objectParams,
  load: async ({ get, params: { object } }) => ({ object, comments: await get(Comments).thread(object) }),
  view: async ({ object, comments }, view) => ({
    title: 'Comments',
    main: view.html`<h1>Comments</h1>
      ${await threadOf(comments, `/objects/${object}/comments`, view)}`,
  }),
};

const commentFields = z.object({ body: z.string().max(10_000) });

export const reply: Action<ObjectParams, z.infer<typeof commentFields>, { readonly id: number }> = {
  path: '/objects/:object/comments',
  about: 'Comments on an object.',
  params: objectParams,
  body: commentFields,
  async act({ get, signedIn, params: { object }, body: { body } }) {
    return { id: (await get(Comments).reply({ author: signedIn().id, to: object, body })).id };
  },
};

/** The number of comments on each object. */
export const commentCount: SlotPart<'object.details'> = {
  slot: 'object.details',
  async render(objects, { get, html }) {
    const counts = await get(Comments).countOf(objects.map(({ id }) => id));
    return objects.map(({ id, path }) => {
      const count = counts.get(id) ?? 0;
      return html`<a href=${`${path}#comments`}>${count === 1 ? '1 comment' : `${count} comments`}</a>`;
    });
  },
};

/** The comments below an object with a page of its own. */
export const commentSection: SlotPart<'object.below'> = {
  slot: 'object.below',
  render: (objects, view) =>
    Promise.all(
      objects.map(async ({ id, path }) => {
        const thread = await threadOf(await view.get(Comments).thread(id), path, view);
        return view.html`<section id="comments">
          <h2>Comments</h2>
          ${view.user !== null && replyForm(id, 'Your comment', view)} ${thread}
        </section>`;
      }),
    ),
};

/** Shows a thread. The parts of all its comments are made at once. */
async function threadOf(comments: readonly ThreadComment[], path: string, view: View): Promise<Html> {
  const objects = objectsIn(comments, path);
  const actions = await view.slot('object.actions', objects);
  const actionsOf = new Map(objects.map(({ id }, i) => [id, actions[i]]));
  const { html, ui, user } = view;
  const list = (replies: readonly ThreadComment[]): Html =>
    replies.length > 0 &&
    html`<ol class="thread">
      ${replies.map(
        ({ id, createdAt, content, replies: below }) =>
          html`<li id=${`comment-${id}`}>
            ${
              content === null
                ? html`<p class="quiet">This comment was removed.</p>`
                : html`<p class="details">${ui.user(content.author)} ${ui.time(createdAt)}</p>
                  ${ui.text(content.body)}
                  <div class="actions">
                    ${actionsOf.get(id)}
                    ${
                      user !== null &&
                      html`<details><summary>Reply</summary>${replyForm(id, 'Your reply', view)}</details>`
                    }
                  </div>`
            }
            ${list(below)}
          </li>`,
      )}
    </ol>`;
  return comments.length === 0 ? html`<p class="quiet">No comments yet.</p>` : list(comments);
}

function objectsIn(comments: readonly ThreadComment[], path: string): readonly PageObject[] {
  return comments.flatMap(({ id, content, replies }) => [
    ...(content === null ? [] : [{ id, author: content.author, path: `${path}#comment-${id}` }]),
    ...objectsIn(replies, path),
  ]);
}

function replyForm(object: number, label: string, { html, ui }: View): Html {
  return ui.form({
    action: `/objects/${object}/comments`,
    updates: 'main',
    class: 'panel',
    content: html`${ui.field({ name: 'body', id: `reply-to-${object}`, label, type: 'textarea', maxlength: 10_000 })}
      <button>Publish</button>`,
  });
}
