import { defineEntity, p } from '@mikro-orm/core';
import { User } from '@headwater/plugin-core';

const MessageSchema = defineEntity({
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

/** A private message. Only its participants may read it. */
export class Message extends MessageSchema.class {}
MessageSchema.setClass(Message);

const ParticipantSchema = defineEntity({
  name: 'Participant',
  tableName: 'messages_participant',
  properties: {
    message: () => p.manyToOne(Message).primary(),
    user: () => p.manyToOne(User).primary().index(),
    readAt: p.datetime().nullable(),
  },
});

/** A user who may read a message, with the time when they read it. */
export class Participant extends ParticipantSchema.class {}
ParticipantSchema.setClass(Participant);
