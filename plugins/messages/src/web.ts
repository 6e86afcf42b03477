import type { Action, Page, SlotPart } from '@headwater/plugin-site';
import { Users } from '@headwater/plugin-core';
import { contributionPoint } from '@headwater/kernel/plugin';
import { z } from 'zod';
import { Messages, type Conversation, type ReadableMessage } from './messages.ts';

// The plugin also works without a site. So it imports only types of that plugin, which are erased, and names its points.

/** The points of the plugin `site`. */
export const Pages = contributionPoint<Page>('site.pages');
export const Actions = contributionPoint<Action>('site.actions');
export const Slots = contributionPoint<SlotPart>('site.slots');

const earlier = z.object({ before: z.coerce.number().int().optional() });
const pageSize = 20;

export const inboxPage: Page<unknown, z.infer<typeof earlier>, readonly Conversation[]> = {
  path: '/messages',
  about: 'Lists the conversations of the user, the one with the latest message first.',
  query: earlier,
  load: ({ get, signedIn, query }) => get(Messages).conversations(signedIn().id, { ...query, limit: pageSize }),
  view: (conversations, { html, ui }) => ({
    title: 'Messages',
    main: html`<h1>Messages</h1>
      ${conversations.length === 0 && html`<p class="quiet">None yet. Write one from somebody's profile.</p>`}
      <ul class="conversations">
        ${conversations.map(
          ({ other, latest, unread }) =>
            html`<li>
              <a href=${pathWith(other)}>${ui.avatar(other)}<strong>${other.name}</strong> <span>${latest.subject}</span></a>
              ${unread > 0 && html`<span class="count">${unread} new</span>`} ${ui.time(latest.sentAt)}
            </li>`,
        )}
      </ul>
      ${ui.more(
        moreOf(
          '/messages',
          conversations.map(({ latest }) => latest.id),
        ),
      )}`,
  }),
};

const otherParams = z.object({ other: z.string().max(64) });
type OtherParams = z.infer<typeof otherParams>;

export const conversationPage: Page<OtherParams, z.infer<typeof earlier>, ConversationData> = {
  path: '/messages/:other',
  about: 'Lists the messages between the user and another one, latest first, and marks those that are seen as read.',
  params: otherParams,
  query: earlier,
  async load({ get, signedIn, params, query, method, headers }) {
    const { id, name } = await get(Users).byName(params.other);
    const seen = method !== 'HEAD' && !String(headers['sec-purpose'] ?? headers['purpose']).startsWith('prefetch');
    const messages = await get(Messages).between(signedIn().id, id, { ...query, limit: pageSize, seen });
    return { other: { id, name }, messages };
  },
  view: ({ other, messages }, { html, ui }) => ({
    title: `Messages with ${other.name}`,
    main: html`<h1>Messages with ${ui.user(other)}</h1>
      ${ui.form({
        action: pathWith(other),
        class: 'panel',
        content: html`${ui.field({ name: 'subject', label: 'Subject', maxlength: 255 })}
          ${ui.field({ name: 'body', label: 'Message', type: 'textarea' })} <button>Send</button>`,
      })}
      ${messages.map(
        ({ sender, subject, body, sentAt }) =>
          html`<article class=${sender.id === other.id ? 'panel letter' : 'panel letter mine'}>
            <p class="details">${ui.user(sender)} ${ui.time(sentAt)}</p>
            <strong>${subject}</strong>${ui.text(body)}
          </article>`,
      )}
      ${ui.more(
        moreOf(
          pathWith(other),
          messages.map(({ id }) => id),
        ),
      )}`,
  }),
};

interface ConversationData {
  readonly other: { readonly id: number; readonly name: string };
  readonly messages: readonly ReadableMessage[];
}

const messageFields = z.object({ subject: z.string(), body: z.string().max(50_000) });

export const send: Action<OtherParams, z.infer<typeof messageFields>, { readonly id: number }> = {
  path: '/messages/:other',
  about: 'Sends a message to a user.',
  params: otherParams,
  body: messageFields,
  async act({ get, signedIn, params, body }) {
    const [from, { id: to }] = [signedIn().id, await get(Users).byName(params.other)];
    return { id: await get(Messages).send({ from, to: [to], ...body }) };
  },
};

/** The link to the messages, with the number of new ones. */
export const messagesLink: SlotPart<'navigation'> = {
  slot: 'navigation',
  order: 10,
  async render([path], { get, html, user }) {
    if (user === null) return [null];
    const unread = await get(Messages).unread(user.id);
    const count = unread > 0 && html` <span class="count">${unread}</span>`;
    return [html`<a href="/messages" aria-current=${path === '/messages' && 'page'}>Messages${count}</a>`];
  },
};

/** The link to write to a user. */
export const writeLink: SlotPart<'profile'> = {
  slot: 'profile',
  order: -10,
  render: (users, { html, user }) =>
    users.map((one) => {
      const isOther = user !== null && user.id !== one.id;
      return isOther && html`<p><a class="button" href=${pathWith(one)}>Write a message</a></p>`;
    }),
};

function pathWith({ name }: { readonly name: string }): string {
  return `/messages/${encodeURIComponent(name)}`;
}

/** The path of the next page of a list of messages; `null` at its end. */
function moreOf(path: string, ids: readonly number[]): string | null {
  return ids.length < pageSize ? null : `${path}?before=${ids.at(-1)}`;
}
