import { defineEntity, p } from '@mikro-orm/core';
import { ContentObject, User } from '@headwater/plugin-core';
import { extendEntity } from '@headwater/kernel/plugin';

const LikeSchema = defineEntity({
  name: 'Like',
  tableName: 'likes_like',
  properties: {
    id: p.integer().primary(),
    user: () => p.manyToOne(User),
    object: () => p.manyToOne(ContentObject).deleteRule('cascade').index(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
  uniques: [{ properties: ['user', 'object'] }],
});

/** That a user likes an object: once, and only as long as the object is there. */
export class Like extends LikeSchema.class {}
LikeSchema.setClass(Like);

/** An object with the number of its likes, kept on the object so that ranking by it needs no join. */
export const LikedObject = extendEntity(ContentObject, { likesCount: p.integer().default(0) });
