import { createHook } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { TestKernel } from '@headwater/dev/testing';
import { Users } from '@headwater/plugin-core';
import { sql } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { Accounts, RateLimits, Sessions } from '../src/index.ts';

/** The part of a running application that these tests use. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run' | 'database'>;

const password = 'correct horse battery';

/** Registers the service tests. They pass on any database and alongside any other plugins. */
export function testAccounts(kernel: () => RunningKernel): void {
  const inContext = <T>(work: (get: RunningKernel['get']) => Promise<T>) => kernel().run(() => work(kernel().get));
  const newName = (): string => `user-${randomUUID().slice(0, 8)}`;
  const newAccount = async (name = newName()) => inContext((get) => get(Accounts).create({ name, password }));

  describe('an account', () => {
    test('is verified by name and password, and by nothing else', async () => {
      const { id, name } = await newAccount();
      const verify = (given: { name: string; password: string }) => inContext((get) => get(Accounts).verify(given));
      expect(await verify({ name, password })).toBe(id);
      await expect(verify({ name, password: 'wrong horse battery' })).rejects.toMatchObject({ reason: 'invalid' });
      await expect(verify({ name: newName(), password })).rejects.toMatchObject({ reason: 'invalid' });
    });

    test('costs one derivation for a wrong name as for a wrong password, so that time does not tell which names exist', async () => {
      const { name } = await newAccount();
      const derivations = async (given: string): Promise<number> => {
        let count = 0;
        const hook = createHook({ init: (_, type) => void (type === 'ARGON2REQUEST' && (count += 1)) }).enable();
        const verified = inContext((get) => get(Accounts).verify({ name: given, password: 'wrong horse battery' }));
        await expect(verified).rejects.toMatchObject({ reason: 'invalid' });
        hook.disable();
        return count;
      };
      expect([await derivations(name), await derivations(newName())]).toEqual([1, 1]);
    });

    test('has an argon2id hash in place of its password', async () => {
      const { id } = await newAccount();
      const [row] = await inContext(() =>
        kernel().database.em.execute<{ hash: string }[]>(
          sql`select password_hash as hash from accounts_account where user_id = ${id}`,
        ),
      );
      expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    });

    test('is not created if its password is refused', async () => {
      const name = newName();
      const created = inContext((get) => get(Accounts).create({ name, password: 'too short' }));
      await expect(created).rejects.toMatchObject({ reason: 'invalid' });
      await expect(inContext((get) => get(Users).byName(name))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('refuses operator objects in place of values', async () => {
      const { name } = await newAccount();
      // A caller without types could pass them on from JSON.
      const operator = { $ne: 'x' } as unknown as string;
      for (const given of [
        { name: operator, password },
        { name, password: operator },
      ]) {
        await expect(inContext((get) => get(Accounts).verify(given))).rejects.toMatchObject({ reason: 'invalid' });
        await expect(inContext((get) => get(Accounts).create(given))).rejects.toMatchObject({ reason: 'invalid' });
      }
    });
  });

  describe('a name', () => {
    const suffix = randomUUID().slice(0, 8);

    test.each([
      ['in another case', 'Linus', 'LINUS'],
      ['in another case, with a letter that looks like another one in only one case', 'IDA', 'ida'],
      ['with a Cyrillic letter', 'paypal', 'pаypal'],
      ['with a digit in place of a letter', 'linus', '1inus'],
      ['with a capital letter in place of a small one', 'linus', 'Iinus'],
      ['with two letters that look like one', 'modern', 'modem'],
    ])('is refused if it looks like another one: %s', async (_, first, second) => {
      await newAccount(`${first}-${suffix}`).catch((error: unknown) =>
        expect(error).toMatchObject({ reason: 'taken' }),
      );
      await expect(newAccount(`${second}-${suffix}`)).rejects.toMatchObject({ reason: 'taken' });
    });

    test.each([
      ['a zero-width space', 'a\u200bda'],
      ['a zero-width joiner', 'a\u200dda'],
      ['a right-to-left override', '\u202eada'],
      ['a soft hyphen', 'a\u00adda'],
      ['full-width letters', 'ａｄａ'],
      ['a line break', 'a\nda'],
      ['markup', '<b>ada</b>'],
      ['a slash', '../ada'],
      ['a dot first', '.ada'],
    ])('is refused if it has %s', async (_, name) => {
      await expect(newAccount(name)).rejects.toMatchObject({ reason: 'invalid' });
    });

    test('is accepted in any script', async () => {
      for (const name of ['Зоя', '山田', 'नेहा', 'Åsa', 'ada_l.v-2']) {
        const unique = `${name}${randomUUID().slice(0, 6)}`;
        expect((await newAccount(unique.normalize('NFC'))).name).toBe(unique);
      }
    });

    test('obeys the same rules if another plugin creates the user', async () => {
      const name = newName();
      await inContext((get) => get(Users).create({ name }));
      await expect(inContext((get) => get(Users).create({ name: name.toUpperCase() }))).rejects.toMatchObject({
        reason: 'taken',
      });
    });
  });

  describe('a session', () => {
    test('belongs to its user until it ends', async () => {
      const { id, name } = await newAccount();
      const sessionToken = await inContext((get) => get(Sessions).begin(id));
      const user = () => inContext((get) => get(Sessions).userOf(sessionToken));
      expect(await user()).toEqual({ id, name, role: 'member' });
      await inContext((get) => get(Accounts).setRole(id, 'moderator'));
      expect(await user()).toMatchObject({ role: 'moderator' });
      await inContext((get) => get(Sessions).end(sessionToken));
      expect(await user()).toBeNull();
    });

    test('cannot be taken over with the content of the database', async () => {
      const { id } = await newAccount();
      const sessionToken = await inContext((get) => get(Sessions).begin(id));
      const [row] = await inContext(() =>
        kernel().database.em.execute<{ hash: string }[]>(
          sql`select token_hash as hash from accounts_session where user_id = ${id}`,
        ),
      );
      expect(row?.hash).not.toContain(sessionToken);
      expect(await inContext((get) => get(Sessions).userOf(row?.hash ?? ''))).toBeNull();
    });

    test('ends by itself', async () => {
      const { id } = await newAccount();
      const sessionToken = await inContext((get) => get(Sessions).begin(id));
      await inContext(() =>
        kernel().database.em.execute(
          sql`update accounts_session set expires_at = now() - interval '1 second' where user_id = ${id}`,
        ),
      );
      expect(await inContext((get) => get(Sessions).userOf(sessionToken))).toBeNull();
    });
  });

  describe('a rate limit', () => {
    test('counts attempts of all processes, and begins again after its time', async () => {
      const key = `test:${randomUUID()}`;
      const take = () => inContext((get) => get(RateLimits).take(key, { attempts: 5, seconds: 60 }));
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, take));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
      await expect(take()).rejects.toMatchObject({ reason: 'too-many' });
      await inContext(() =>
        kernel().database.em.execute(
          sql`update accounts_attempt set began_at = began_at - interval '61 seconds' where key = ${key}`,
        ),
      );
      await expect(take()).resolves.toBeUndefined();
    });
  });
}
