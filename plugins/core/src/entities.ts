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

/** A user of the application. */
export class User extends UserSchema.class {}
// Connects the class to its schema. Without it, MikroORM treats the class as an abstract entity.
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
 * An object that a user created. Plugins extend it with their own entities, such as stories and comments. Each
 * has a row in its own table in addition to the row here. The class is not abstract, so the objects of a disabled
 * plugin can still be read.
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

/** A record of a user's action on an object. Plugins extend it like {@link ContentObject}. It outlives its object. */
export class Activity extends ActivitySchema.class {}
ActivitySchema.setClass(Activity);
