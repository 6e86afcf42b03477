import type { Action, Page, SlotPart } from '@headwater/plugin-site';
import { Users } from '@headwater/plugin-core';
import { contributionPoint } from '@headwater/kernel/plugin';
import { z } from 'zod';
import { Messages, type MessageHeader, type ReadableMessage } from './messages.ts';

// The plugin also works without a site. So it imports only types of that plugin, which are erased, and names its points.

/** The points of the plugin `site`. */
export const Pages = contributionPoint<Page>('site.pages');
export const Actions = contributionPoint<Action>('site.actions');
export const Slots = contributionPoint<SlotPart>('site.slots');

export const inboxPage: Page<unknown, unknown, readonly MessageHeader[]> = {
  path: '/messages',
  about: 'Lists the messages that the user received, latest first.',
  load: ({ get, signedIn }) => get(Messages).inbox(signedIn().id),
  view: (messages, { html, ui }) => ({
    title: 'Messages',
    main: html`<h1>Messages</h1>
      ${messages.length === 0 && html`<p class="quiet">None yet. Write one from somebody's profile.</p>`}
      ${messages.map(
        ({ sender, subject, sentAt, unread }) =>
          html`<div class="card">
            <a class=${unread && 'unread'} href=${pathWith(sender)}>${subject}</a>
            ${unread && html`<span class="count">new</span>`}
            <p class="details">${ui.user(sender)} ${ui.time(sentAt)}</p>
          </div>`,
      )}`,
  }),
};

const otherParams = z.object({ other: z.string().max(64) });
type OtherParams = z.infer<typeof otherParams>;
const earlier = z.object({ before: z.coerce.number().int().optional() });

export const conversationPage: Page<OtherParams, z.infer<typeof earlier>, ConversationData> = {
  path: '/messages/:other',
  about: 'Lists the messages between the user and another one, latest first, and marks them as read.',
  params: otherParams,
  query: earlier,
  async load({ get, signedIn, params, query: { before } }) {
    const user = signedIn().id;
    const { id, name } = await get(Users).byName(params.other);
    const messages = await get(Messages).between(user, id, { before, limit: 20 });
    return { other: { id, name }, messages, earliest: messages.length < 20 ? null : (messages.at(-1)?.id ?? null) };
  },
  view: ({ other, messages, earliest }, { html, ui }) => ({
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
      ${ui.more(earliest === null ? null : `${pathWith(other)}?before=${earliest}`)}`,
  }),
};

/** The data of a page of a conversation. */
interface ConversationData {
  readonly other: { readonly id: number; readonly name: string };
  readonly messages: readonly ReadableMessage[];
  /** The message before which the next page begins; `null` on the last page. */
  readonly earliest: number | null;
}

const messageFields = z.object({ subject: z.string(), body: z.string().max(50_000) });

export const send: Action<OtherParams, z.infer<typeof messageFields>, { readonly id: number }> = {
  path: '/messages/:other',
  about: 'Sends a message to a user.',
  params: otherParams,
  body: messageFields,
  async act({ get, signedIn, params, body }) {
    const from = signedIn().id;
    const { id: to } = await get(Users).byName(params.other);
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
    return [
      html`<a href="/messages" aria-current=${path === '/messages' && 'page'}
        >Messages${unread > 0 && html` <span class="count">${unread}</span>`}</a
      >`,
    ];
  },
};

/** The link to write to a user. */
export const writeLink: SlotPart<'profile'> = {
  slot: 'profile',
  order: -10,
  render: (users, { html, user }) =>
    users.map(
      ({ id, name }) =>
        user !== null &&
        user.id !== id &&
        html`<p><a class="button" href=${pathWith({ name })}>Write a message</a></p>`,
    ),
};

function pathWith({ name }: { readonly name: string }): string {
  return `/messages/${encodeURIComponent(name)}`;
}
