import { UniqueConstraintViolationException, sql } from '@mikro-orm/core';
import { Refusal, assertId, assertText, type User, type Users } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Account, NameKey } from './entities.ts';
import { assertName, nameKeys } from './names.ts';
import { assertPassword, hashPassword, verifyPassword } from './passwords.ts';
import { isRole, type Role } from './permissions.ts';

/** The data of a new account, and of a sign-in. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** The accounts of users. */
export interface Accounts {
  /** Creates a user with an account. Throws a Refusal, `taken` or `invalid`. */
  readonly create: (credentials: Credentials) => Promise<User>;
  /** Returns the id of the user with this name and password. Throws a Refusal, `invalid`, for a wrong name as well. */
  readonly verify: (credentials: Credentials) => Promise<number>;
  /** Sets a user's role. Throws a Refusal, `missing` or `invalid`. */
  readonly setRole: (user: number, role: Role) => Promise<void>;
}

/** The token of {@link Accounts}. */
export const Accounts = token<Accounts>('accounts');

/** Returns the service for a database. */
export function accountsIn(database: Database, users: Users): Accounts {
  return Object.freeze<Accounts>({
    async create({ name, password }) {
      assertPassword(password);
      const passwordHash = await hashPassword(password);
      return database.transactional(async (em) => {
        const user = await users.create({ name });
        em.create(Account, { user, passwordHash });
        return user;
      });
    },

    async verify({ name, password }) {
      assertText('a name', name, 64);
      assertPassword(password);
      const [row] = await database.em.execute<{ id: number; hash: string }[]>(sql`
        select core_user.id, accounts_account.password_hash as hash
          from core_user join accounts_account on accounts_account.user_id = core_user.id where core_user.name = ${name}
      `);
      if (await verifyPassword(password, row?.hash ?? null)) return row?.id ?? 0;
      throw new Refusal('invalid', 'the name or the password is wrong');
    },

    async setRole(user, role) {
      assertId('a user', user);
      if (!isRole(role)) throw new Refusal('invalid', 'there is no such role');
      const changed = await database.em.nativeUpdate(Account, { user }, { role });
      if (changed === 0) throw new Refusal('missing', `the user ${user} has no account`);
    },
  });
}

/**
 * Decorates the service for users: names that could be mistaken for each other cannot both be created, by whatever plugin
 * creates the user.
 */
export function withNameRules(users: Users, database: () => Database): Users {
  return Object.freeze<Users>({
    ...users,
    async create(user) {
      assertText("a user's name", user.name, 64);
      assertName(user.name);
      try {
        return await database().transactional(async (em) => {
          const created = await users.create(user);
          for (const key of nameKeys(user.name)) em.create(NameKey, { key, user: created });
          await em.flush();
          return created;
        });
      } catch (error) {
        if (!(error instanceof UniqueConstraintViolationException)) throw error;
        throw new Refusal('taken', `the name "${user.name}" looks like the name of another user`, { cause: error });
      }
    },
  });
}

/** Adds the keys of users who were created while this plugin was not active. */
export async function addMissingNameKeys(database: Database): Promise<void> {
  const users = await database.em.execute<{ id: number; name: string }[]>(sql`
    select id, name from core_user
      where not exists (select from accounts_name_key where accounts_name_key.user_id = core_user.id) order by id
  `);
  for (const { id, name } of users) {
    for (const key of nameKeys(name)) {
      await database.em.execute(
        sql`insert into accounts_name_key (key, user_id) values (${key}, ${id}) on conflict (key) do nothing`,
      );
    }
  }
}
