import { defineEntity, p } from '@mikro-orm/core';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'core_user',
  properties: {
    id: p.integer().primary(),
    name: p.string().length(64).unique(),
    displayName: p.string().length(255).nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
    lastSeenAt: p.datetime().nullable(),
  },
});

/** Somebody who makes objects and does things with them. */
export class User extends UserSchema.class {}
// Without this MikroORM takes the class for an abstract entity.
UserSchema.setClass(User);

const ContentObjectSchema = defineEntity({
  name: 'ContentObject',
  tableName: 'core_object',
  inheritance: 'tpt',
  properties: {
    id: p.integer().primary(),
    author: () => p.manyToOne(User).index(),
    createdAt: p.datetime().defaultRaw('now()').index(),
    deletedAt: p.datetime().nullable(),
  },
});

/**
 * Something a user made. Plugins extend it with their own kinds, each in a table of its own beside the row here; it is
 * not abstract, so the rows of a plugin that is not active are still objects.
 */
export class ContentObject extends ContentObjectSchema.class {}
ContentObjectSchema.setClass(ContentObject);

const ActivitySchema = defineEntity({
  name: 'Activity',
  tableName: 'core_activity',
  inheritance: 'tpt',
  properties: {
    id: p.integer().primary(),
    actor: () => p.manyToOne(User).index(),
    verb: p.string().length(64),
    object: () => p.manyToOne(ContentObject).nullable().index(),
    createdAt: p.datetime().defaultRaw('now()').index(),
  },
});

/** Who did what, and to which object. Extended by plugins in the same way; it outlives its object. */
export class Activity extends ActivitySchema.class {}
ActivitySchema.setClass(Activity);
