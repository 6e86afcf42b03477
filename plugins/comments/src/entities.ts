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

/** An object that replies to another object, which may be a comment too. */
export class Comment extends CommentSchema.class {}
CommentSchema.setClass(Comment);

const ReplySchema = defineEntity({
  name: 'Reply',
  tableName: 'comments_reply',
  extends: Activity,
  properties: {
    // Deferred, because MikroORM inserts a row that refers to a subtype before the row of the subtype itself.
    comment: () => p.oneToOne(Comment).owner().deleteRule('cascade').deferMode('deferred'),
  },
});

/** The activity of writing a comment. Its object is the object that the comment replies to. */
export class Reply extends ReplySchema.class {}
ReplySchema.setClass(Reply);
