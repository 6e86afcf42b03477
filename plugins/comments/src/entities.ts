import { defineEntity, p } from '@mikro-orm/core';
import { Activity, ContentObject } from '@headwater/plugin-core';

const CommentSchema = defineEntity({
  name: 'Comment',
  tableName: 'comments_comment',
  extends: ContentObject,
  properties: {
    inReplyTo: () => p.manyToOne(ContentObject).fieldName('in_reply_to').index(),
    body: p.text(),
  },
});

/** An object that answers another one, which may be a comment too. */
export class Comment extends CommentSchema.class {}
CommentSchema.setClass(Comment);

const ReplySchema = defineEntity({
  name: 'Reply',
  tableName: 'comments_reply',
  extends: Activity,
  properties: {
    // Deferred: MikroORM writes a row that refers to a subtype before the subtype's own.
    comment: () => p.oneToOne(Comment).owner().deleteRule('cascade').deferMode('deferred'),
  },
});

/** The activity of answering: the activity's object is what was answered. */
export class Reply extends ReplySchema.class {}
ReplySchema.setClass(Reply);
