import type { Permission } from '@headwater/plugin-accounts';
import type { Action, Page, SlotPart } from '@headwater/plugin-site';
import { z } from 'zod';
import { Moderation, type DecisionEntry, type ModerationAction } from './moderation.ts';

const hidePermission = 'moderation.hide';

/** The permission of moderators. */
export const permission: Permission = { name: hidePermission, about: 'Hide and restore objects.', role: 'moderator' };

const objectParams = z.object({ object: z.coerce.number().int() });
type ObjectParams = z.infer<typeof objectParams>;
const reasonFields = z.object({ reason: z.string().max(1000) });
type ReasonFields = z.infer<typeof reasonFields>;

/** Returns the action that hides or restores an object. */
export function decisionAction(action: ModerationAction): Action<ObjectParams, ReasonFields, undefined> {
  return {
    path: `/objects/:object/${action}`,
    about: `${action === 'hide' ? 'Hides' : 'Restores'} an object. Needs the permission ${hidePermission}.`,
    params: objectParams,
    body: reasonFields,
    async act({ get, permitted, params: { object }, body: { reason } }) {
      const moderator = permitted(hidePermission).id;
      await get(Moderation).decide({ moderator, object, action, reason });
    },
    next: () => '/moderation',
  };
}

const earlier = z.object({ before: z.coerce.number().int().optional() });
const pageSize = 50;

/** The decisions, latest first. */
export const decisionsPage: Page<unknown, z.infer<typeof earlier>, { readonly decisions: readonly DecisionEntry[] }> = {
  path: '/moderation',
  about: `Lists the decisions of moderators, latest first. Needs the permission ${hidePermission}.`,
  query: earlier,
  async load({ get, permitted, query: { before } }) {
    permitted(hidePermission);
    return { decisions: await get(Moderation).decisions({ before, limit: pageSize }) };
  },
  view: ({ decisions }, { html, ui }) => ({
    title: 'Moderation',
    main: html`<h1>Moderation</h1>
      ${decisions.length === 0 && html`<p class="quiet">Nothing was hidden yet.</p>`}
      ${decisions.map(
        ({ moderator, object, action, reason, createdAt }) =>
          html`<div class="card">
            <p class="details">
              ${ui.user(moderator)} <span>${action === 'hide' ? 'hid' : 'restored'} object ${object.id} of</span>
              ${ui.user(object.author)} ${ui.time(createdAt)}
            </p>
            ${ui.text(reason)}
            ${object.hidden && action === 'hide' && reasonForm('restore', object.id, html, ui)}
          </div>`,
      )}
      ${ui.more(decisions.length < pageSize ? null : `/moderation?before=${decisions.at(-1)?.id}`)}`,
  }),
};

/** The form that hides an object, for moderators. */
export const hideForm: SlotPart<'object.actions'> = {
  slot: 'object.actions',
  order: 50,
  render: (objects, { html, ui, user }) =>
    objects.map(({ id }) => user?.permissions.has(hidePermission) === true && reasonForm('hide', id, html, ui)),
};

/** The link to the decisions, for moderators. */
export const moderationLink: SlotPart<'navigation'> = {
  slot: 'navigation',
  order: 20,
  render: ([path], { html, user }) => [
    user?.permissions.has(hidePermission) === true &&
      html`<a href="/moderation" aria-current=${path === '/moderation' && 'page'}>Moderation</a>`,
  ],
};

type Tools = Parameters<Page['view']>[1];

function reasonForm(action: ModerationAction, object: number, html: Tools['html'], ui: Tools['ui']) {
  const label = action === 'hide' ? 'Hide' : 'Restore';
  return html`<details>
    <summary>${label}</summary>
    ${ui.form({
      action: `/objects/${object}/${action}`,
      class: 'panel',
      content: html`${ui.field({ name: 'reason', id: `${action}-${object}`, label: 'Reason', maxlength: 1000 })}
        <button>${label}</button>`,
    })}
  </details>`;
}
