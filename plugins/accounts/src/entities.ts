import { defineEntity, p } from '@mikro-orm/core';
import { User } from '@headwater/plugin-core';

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'accounts_account',
  properties: {
    user: () => p.oneToOne(User).primary().deleteRule('cascade'),
    passwordHash: p.text(),
    role: p.string().length(16).default('member'),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

/** A user who can sign in. Users without an account, such as those of an import, cannot. */
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account);

const NameKeySchema = defineEntity({
  name: 'NameKey',
  tableName: 'accounts_name_key',
  properties: {
    key: p.string().length(255).primary(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(),
  },
});

/** A form of a user's name that no other user's name may share; see {@link nameKeys}. */
export class NameKey extends NameKeySchema.class {}
NameKeySchema.setClass(NameKey);

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'accounts_session',
  properties: {
    tokenHash: p.string().length(64).primary(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(),
    createdAt: p.datetime().defaultRaw('now()'),
    expiresAt: p.datetime().index(),
  },
});

/** A session of a signed-in user. The database has only a hash of its token, so nobody can sign in with a copy of it. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

const AttemptSchema = defineEntity({
  name: 'Attempt',
  tableName: 'accounts_attempt',
  properties: {
    key: p.string().length(255).primary(),
    beganAt: p.datetime().index(),
    count: p.integer(),
  },
});

/** The number of attempts since the time at which their counting began. */
export class Attempt extends AttemptSchema.class {}
AttemptSchema.setClass(Attempt);
