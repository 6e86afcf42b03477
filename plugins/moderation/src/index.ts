import { Permissions } from '@headwater/plugin-accounts';
import { Objects } from '@headwater/plugin-core';
import { Actions, Pages, Slots } from '@headwater/plugin-site';
import { Database, definePlugin } from '@headwater/kernel/plugin';
import { Decision } from './entities.ts';
import { Moderation, moderationIn } from './moderation.ts';
import { decisionAction, decisionsPage, hideForm, moderationLink, permission } from './pages.ts';

export { Decision } from './entities.ts';
export { Moderation } from './moderation.ts';
export type { DecisionEntry, ModerationAction, NewDecision } from './moderation.ts';

/** Lets moderators hide and restore objects of every kind, and records each decision. */
export default definePlugin({
  name: 'moderation',
  entities: [Decision],
  bind({ bind, contribute }) {
    bind(Moderation).toDynamicValue(({ get }) => moderationIn(get(Database), get(Objects)));
    contribute(Permissions, permission);
    contribute(Pages, decisionsPage);
    for (const action of ['hide', 'restore'] as const) contribute(Actions, decisionAction(action));
    contribute(Slots, hideForm);
    contribute(Slots, moderationLink);
  },
});
