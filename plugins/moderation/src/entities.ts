import { defineEntity, p } from '@mikro-orm/core';
import { ContentObject, User } from '@headwater/plugin-core';

const DecisionSchema = defineEntity({
  name: 'Decision',
  tableName: 'moderation_decision',
  properties: {
    id: p.integer().primary(),
    moderator: () => p.manyToOne(User).index(),
    object: () => p.manyToOne(ContentObject).deleteRule('cascade').index(),
    action: p.string().length(16),
    reason: p.text(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

/** A moderator's decision about an object. Decisions are never changed or removed. */
export class Decision extends DecisionSchema.class {}
DecisionSchema.setClass(Decision);
