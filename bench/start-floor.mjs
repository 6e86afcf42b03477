// The minimum that a Node program with the same entities can do: it opens MikroORM with the entities of core, likes,
// comments and messages, all in one file, sends one query and exits. Not TypeScript, because stripping types takes
// time.
//
//     node start-floor.mjs        (DATABASE_URL; with COMPILE_CACHE=1 Node keeps compiled code, as the kernel lets it)
import { enableCompileCache } from 'node:module';

if (process.env['COMPILE_CACHE'] === '1') enableCompileCache();
const { MikroORM, defineEntity, p } = await import('@mikro-orm/postgresql');

const User = defineEntity({
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
const ContentObject = defineEntity({
  name: 'ContentObject',
  tableName: 'core_object',
  inheritance: 'tpt',
  properties: {
    id: p.integer().primary(),
    author: () => p.manyToOne(User).index(),
    createdAt: p.datetime().defaultRaw('now()').index(),
    deletedAt: p.datetime().nullable(),
    likesCount: p.integer().default(0),
  },
});
const Activity = defineEntity({
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
const Like = defineEntity({
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
const Comment = defineEntity({
  name: 'Comment',
  tableName: 'comments_comment',
  extends: ContentObject,
  properties: {
    inReplyTo: () => p.manyToOne(ContentObject).fieldName('in_reply_to').index(),
    body: p.text(),
  },
});
const Reply = defineEntity({
  name: 'Reply',
  tableName: 'comments_reply',
  extends: Activity,
  properties: {
    comment: () => p.oneToOne(Comment).owner().deleteRule('cascade').deferMode('deferred'),
  },
});
const Message = defineEntity({
  name: 'Message',
  tableName: 'messages_message',
  properties: {
    id: p.integer().primary(),
    sender: () => p.manyToOne(User).index(),
    subject: p.string().length(255),
    body: p.text(),
    sentAt: p.datetime().defaultRaw('now()'),
    participants: () => p.manyToMany(User).pivotEntity(() => Participant),
  },
});
const Participant = defineEntity({
  name: 'Participant',
  tableName: 'messages_participant',
  properties: {
    message: () => p.manyToOne(Message).primary(),
    user: () => p.manyToOne(User).primary().index(),
    readAt: p.datetime().nullable(),
  },
});

const orm = await MikroORM.init({
  clientUrl: process.env['DATABASE_URL'] ?? '',
  entities: [User, ContentObject, Activity, Like, Comment, Reply, Message, Participant],
  // The tables exist, so MikroORM does not need to check.
  ensureDatabase: false,
});
console.log(`users: ${await orm.em.fork().count(User)}`);
await orm.close(true);
