import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from '@mikro-orm/core';
import { token, type Database } from '@headwater/kernel/plugin';
import { isRole, type Role } from './permissions.ts';

/** The user of a session. */
export interface SessionUser {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
}

/** The sessions of signed-in users. They are in the database, so they hold in every process of the application. */
export interface Sessions {
  /** Begins a session and returns its token, a secret that only the user's browser may know. */
  readonly begin: (user: number) => Promise<string>;
  /** Returns the user of a session; `null` if there is no such session, or it is over. */
  readonly userOf: (sessionToken: string) => Promise<SessionUser | null>;
  /** Ends a session. Ending it again does nothing. */
  readonly end: (sessionToken: string) => Promise<void>;
  /** Ends all sessions of a user. */
  readonly endAll: (user: number) => Promise<void>;
}

/** The token of {@link Sessions}. */
export const Sessions = token<Sessions>('accounts.sessions');

/** Returns the service for a database. A session ends `days` after it began. */
export function sessionsIn(database: Database, { days }: { readonly days: number }): Sessions {
  return Object.freeze<Sessions>({
    async begin(user) {
      const sessionToken = randomBytes(32).toString('base64url');
      // Nothing else removes sessions that are over.
      await database.em.execute(sql`delete from accounts_session where expires_at < now()`);
      await database.em.execute(sql`
        insert into accounts_session (token_hash, user_id, expires_at)
          values (${hashOf(sessionToken)}, ${user}, now() + make_interval(days => ${days}))
      `);
      return sessionToken;
    },

    async userOf(sessionToken) {
      const [row] = await database.em.execute<{ id: number; name: string; role: string }[]>(sql`
        select core_user.id, core_user.name, accounts_account.role
          from accounts_session
            join core_user on core_user.id = accounts_session.user_id
            join accounts_account on accounts_account.user_id = core_user.id
          where token_hash = ${hashOf(sessionToken)} and expires_at > now()
      `);
      return row === undefined || !isRole(row.role) ? null : { id: row.id, name: row.name, role: row.role };
    },

    async end(sessionToken) {
      await database.em.execute(sql`delete from accounts_session where token_hash = ${hashOf(sessionToken)}`);
    },

    async endAll(user) {
      await database.em.execute(sql`delete from accounts_session where user_id = ${user}`);
    },
  });
}

/** A token has 256 random bits, so a fast hash suffices. */
function hashOf(sessionToken: string): string {
  return createHash('sha256').update(sessionToken).digest('hex');
}

/** Returns the token against forged requests that belongs to a session. */
export function formToken(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('form').digest('base64url');
}

/** Whether a field of a form contains the token of the session. */
export function isFormToken(sessionToken: string, value: unknown): boolean {
  const [given, expected] = [Buffer.from(String(value)), Buffer.from(formToken(sessionToken))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
