import { UniqueConstraintViolationException, raw } from '@mikro-orm/core';
import { token, type Database } from '@headwater/kernel/plugin';
import { User } from './entities.ts';
import { Refusal } from './refusal.ts';
import { assertId } from './id.ts';
import { assertText } from './text.ts';

/** The data of a new user. */
export interface NewUser {
  /** 1 to 64 characters without white space, unique. */
  readonly name: string;
  /** The name to show, 1 to 255 characters. Default: `name`. */
  readonly displayName?: string;
}

/** The users of the application. */
export interface Users {
  /** Creates a user. Throws a Refusal, `taken` or `invalid`. */
  readonly create: (user: NewUser) => Promise<User>;
  /** Returns the user with a name. Throws a Refusal, `missing` or `invalid`. */
  readonly byName: (name: string) => Promise<User>;
  /** Sets the time of a user's last visit to now. Concurrent calls never set it back. Throws a Refusal, `missing` or `invalid`. */
  readonly touch: (user: number) => Promise<void>;
}

/** The token of {@link Users}. */
export const Users = token<Users>('core.users');

/** Returns the service for a database. */
export function usersIn(database: Database): Users {
  return Object.freeze<Users>({
    async create({ name, displayName }) {
      assertText("a user's name", name, 64);
      if (/\s/.test(name)) throw new Refusal('invalid', "a user's name must not contain white space");
      if (displayName !== undefined) assertText('a display name', displayName, 255);
      try {
        return await database.transactional(async (em) => {
          const user = em.create(User, { name, ...(displayName !== undefined && { displayName }) });
          // Fails here instead of at commit, so that a surrounding transaction can continue after the refusal.
          await em.flush();
          return user;
        });
      } catch (error) {
        if (!(error instanceof UniqueConstraintViolationException)) throw error;
        throw new Refusal('taken', `the name "${name}" is taken`, { cause: error });
      }
    },

    async byName(name) {
      assertText("a user's name", name);
      const user = await database.em.findOne(User, { name });
      if (user === null) throw new Refusal('missing', `there is no user with the name "${name}"`);
      return user;
    },

    async touch(user) {
      assertId('a user', user);
      const found = await database.em.nativeUpdate(
        User,
        { id: user },
        { lastSeenAt: raw('greatest(last_seen_at, now())') },
      );
      if (found === 0) throw new Refusal('missing', `there is no user ${user}`);
    },
  });
}
