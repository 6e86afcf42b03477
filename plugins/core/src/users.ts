import { UniqueConstraintViolationException, raw } from '@mikro-orm/core';
import { token, type Database } from '@headwater/kernel/plugin';
import { User } from './entities.ts';
import { Refusal } from './refusal.ts';
import { assertText } from './text.ts';

/** What a new user is. */
export interface NewUser {
  /** 1 to 64 characters without white space; nobody else has it. */
  readonly name: string;
  /** What to show instead, 1 to 255 characters. Default: the name. */
  readonly displayName?: string;
}

/** The people of the application. */
export interface Users {
  /** Adds a user. Throws a Refusal, `taken` or `invalid`. */
  readonly create: (user: NewUser) => Promise<User>;
  /** Throws a Refusal, `missing`, where nobody has that name. */
  readonly byName: (name: string) => Promise<User>;
  /** Notes that a user is here now. It never goes back in time, whoever notes it last. */
  readonly touch: (user: number) => Promise<void>;
}

/** The token of {@link Users}. */
export const Users = token<Users>('core.users');

/** The users of a database. */
export function usersIn(database: Database): Users {
  return Object.freeze<Users>({
    async create({ name, displayName }) {
      assertText('a user’s name', name, 64);
      if (/\s/.test(name)) throw new Refusal('invalid', 'a user’s name has no white space');
      if (displayName !== undefined) assertText('a display name', displayName, 255);
      try {
        return await database.transactional(async (em) => {
          const user = em.create(User, { name, ...(displayName !== undefined && { displayName }) });
          // Here, and not at the commit, so that the refusal leaves a transaction around this one as it was.
          await em.flush();
          return user;
        });
      } catch (error) {
        if (!(error instanceof UniqueConstraintViolationException)) throw error;
        throw new Refusal('taken', `there is a user of the name "${name}"`, { cause: error });
      }
    },

    async byName(name) {
      const user = await database.em.findOne(User, { name });
      if (user === null) throw new Refusal('missing', `there is no user of the name "${name}"`);
      return user;
    },

    async touch(user) {
      const found = await database.em.nativeUpdate(
        User,
        { id: user },
        { lastSeenAt: raw('greatest(last_seen_at, now())') },
      );
      if (found === 0) throw new Refusal('missing', `there is no user ${user}`);
    },
  });
}
