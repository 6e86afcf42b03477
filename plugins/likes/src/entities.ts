import { defineEntity, p } from '@mikro-orm/core';
import { ContentObject, User } from '@headwater/plugin-core';
import { extendEntity } from '@headwater/kernel/plugin';

// Table names begin with the name of the plugin, so they never collide with the tables of other plugins.
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

/** A user's like of an object. A user likes an object at most once; deleting the object's row deletes its likes. */
export class Like extends LikeSchema.class {}
// Connects the class to its schema. Without it, MikroORM treats the class as an abstract entity.
LikeSchema.setClass(Like);

/**
 * An object with the number of its likes. The count is a column on plugin zero's table, so that ranking objects needs
 * no join. It has a default, because other plugins insert objects without knowing the column.
 */
export const LikedObject = extendEntity(ContentObject, { likesCount: p.integer().default(0) });
