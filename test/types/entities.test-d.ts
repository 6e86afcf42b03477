/** Code that an author may and may not write with entities of other plugins. Type-checked like all code; never run. */
import { definePlugin, extendEntity, type Database } from '@headwater/kernel/plugin';
import { ContentObject, User } from '@headwater/plugin-core';
import { LikedObject } from '@headwater/plugin-likes';
import { p } from '@mikro-orm/core';
import { expectTypeOf } from 'vitest';

declare const database: Database;
const { em } = database;

// The extended class has the properties of the extension and those of the entity.
const [object] = await em.find(
  LikedObject.as,
  { likesCount: { $gt: 3 }, author: { name: 'ada' } },
  { orderBy: { likesCount: 'desc', createdAt: 'asc' }, populate: ['author'] },
);
expectTypeOf(object?.likesCount ?? 0).toExtend<number>();
expectTypeOf(object?.createdAt).toExtend<Date | undefined>();
expectTypeOf(object?.author.name).toExtend<string | undefined>();
em.create(LikedObject.as, { author: 1 });
em.create(LikedObject.as, { author: 1, likesCount: 2 });

// @ts-expect-error: without the extension the entity does not have the property
await em.find(ContentObject, { likesCount: 3 });
// @ts-expect-error: an unknown property in a condition
await em.find(LikedObject.as, { likeCount: 3 });
// @ts-expect-error: a value of another type in a condition
await em.find(LikedObject.as, { likesCount: 'three' });
// @ts-expect-error: an unknown property in an order
await em.find(LikedObject.as, {}, { orderBy: { nothing: 'desc' } });
// @ts-expect-error: an unknown relation
await em.find(LikedObject.as, {}, { populate: ['nobody'] });
// @ts-expect-error: the extended class also requires the entity's required properties
em.create(LikedObject.as, { likesCount: 2 });
// @ts-expect-error: a value of another type in a new entity
em.create(LikedObject.as, { author: 1, likesCount: 'two' });

// An extension may add a relation, which can be populated.
const Pinned = extendEntity(ContentObject, { pinnedBy: () => p.manyToOne(User).nullable() });
const pinned = await em.findOneOrFail(Pinned.as, 1, { populate: ['pinnedBy'] });
expectTypeOf(pinned.pinnedBy?.name).toExtend<string | undefined>();

// @ts-expect-error: the target is a class, not its name
extendEntity('ContentObject', { likesCount: p.integer().default(0) });
// @ts-expect-error: properties are made with `p`
extendEntity(ContentObject, { likesCount: 'integer' });

definePlugin({ name: 'pins', entities: [], extend: [Pinned, LikedObject] });
// @ts-expect-error: an extension is made by extendEntity
definePlugin({ name: 'pins', extend: [{ target: ContentObject, properties: {} }] });
// @ts-expect-error: an entity is a class or a schema, not a value
definePlugin({ name: 'pins', entities: [new User()] });

// A transaction returns the result of its work.
expectTypeOf(database.transactional(async (inside) => inside.count(User))).resolves.toBeNumber();
// @ts-expect-error: the work must return a promise, so that the commit comes after it
await database.transactional((inside) => inside.create(User, { name: 'ada' }));
