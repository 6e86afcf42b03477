import { randomUUID } from 'node:crypto';
import type { TestKernel } from '@headwater/dev/testing';
import { Users, type User } from '@headwater/plugin-core';
import { describe, expect, test } from 'vitest';
import { Messages } from '../src/index.ts';

/** The part of a running application that these tests use. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** Registers the service tests. They pass on any database and alongside any other plugins. */
export function testMessages(kernel: () => RunningKernel): void {
  const withMessages = <T>(work: (messages: Messages) => Promise<T>) =>
    kernel().run(() => work(kernel().get(Messages)));
  const newUser = (): Promise<User> => {
    const { get, run } = kernel();
    return run(() => get(Users).create({ name: `user-${randomUUID().slice(0, 8)}` }));
  };
  const newUsers = () => Promise.all([newUser(), newUser(), newUser()]);

  describe('a message', () => {
    test('can be read by its participants and by no other user', async () => {
      const [ada, grace, eve] = await newUsers();
      const id = await withMessages((messages) =>
        messages.send({ from: ada.id, to: [grace.id, grace.id], subject: 'Hello', body: 'You!' }),
      );
      const shown = { id, subject: 'Hello', body: 'You!', sender: { id: ada.id, name: ada.name } };
      const between = (user: User, other: User) => withMessages((messages) => messages.between(user.id, other.id));
      const [read] = await between(grace, ada);
      expect(read).toMatchObject({ ...shown, unread: true });
      expect(await between(ada, grace)).toMatchObject([{ ...shown, unread: false }]);
      for (const other of [ada, grace]) expect(await between(eve, other)).toEqual([]);
      expect(await withMessages((messages) => messages.conversations(eve.id))).toEqual([]);
    });

    test('needs a subject, a text, and a recipient other than its sender', async () => {
      const [ada, grace] = await newUsers();
      const send = (to: readonly number[], subject: string, body = 'How are you?') =>
        withMessages((messages) => messages.send({ from: ada.id, to, subject, body }));
      await expect(send([], 'Hello')).rejects.toMatchObject({ reason: 'invalid' });
      await expect(send([ada.id], 'Hello')).rejects.toMatchObject({ reason: 'invalid' });
      await expect(send([grace.id], ' ')).rejects.toMatchObject({ reason: 'invalid' });
      await expect(send([grace.id], 'x'.repeat(256))).rejects.toMatchObject({ reason: 'invalid' });
      await expect(send([grace.id], 'Hello', '')).rejects.toMatchObject({ reason: 'invalid' });
    });

    test('of another user cannot be read with objects in place of ids', async () => {
      const [ada, grace, eve] = await newUsers();
      await withMessages((messages) => messages.send({ from: ada.id, to: [grace.id], subject: 'Hello', body: 'You!' }));
      // A caller without types could pass it on from JSON. MikroORM would take it as a condition.
      const operator = { $ne: 0 } as unknown as number;
      for (const call of [
        withMessages((messages) => messages.conversations(operator)),
        withMessages((messages) => messages.conversations(eve.id, { before: operator })),
        withMessages((messages) => messages.unread(operator)),
        withMessages((messages) => messages.between(operator, grace.id)),
        withMessages((messages) => messages.between(eve.id, operator)),
        withMessages((messages) => messages.between(eve.id, grace.id, { before: operator })),
        withMessages((messages) => messages.send({ from: operator, to: [eve.id], subject: 'x', body: 'x' })),
        withMessages((messages) => messages.send({ from: eve.id, to: [operator], subject: 'x', body: 'x' })),
        withMessages((messages) =>
          messages.send({ from: eve.id, to: operator as unknown as readonly number[], subject: 'x', body: 'x' }),
        ),
      ]) {
        await expect(call).rejects.toMatchObject({ name: 'Refusal', reason: 'invalid' });
      }
    });

    test('is not sent to any recipient if one of them is unknown', async () => {
      const [ada, grace] = await newUsers();
      const sent = withMessages((messages) =>
        messages.send({ from: ada.id, to: [grace.id, -1], subject: 'Hello', body: 'How are you?' }),
      );
      await expect(sent).rejects.toMatchObject({ reason: 'missing', message: 'there is no user -1' });
      expect(await withMessages((messages) => messages.conversations(grace.id))).toEqual([]);
    });
  });

  describe('a conversation', () => {
    test('lists the messages between two users, latest first and in parts, and marks them as read', async () => {
      const [ada, grace, eve] = await newUsers();
      const send = (from: User, to: readonly User[], subject: string) =>
        withMessages((messages) =>
          messages.send({ from: from.id, to: to.map(({ id }) => id), subject, body: 'How are you?' }),
        );
      await send(ada, [grace], 'first');
      await send(eve, [grace], 'of another user');
      await send(grace, [ada, eve], 'second');
      await send(ada, [grace], 'third');
      const between = (user: User, other: User, before?: number) =>
        withMessages((messages) => messages.between(user.id, other.id, { before, limit: 2 }));
      const found = await between(grace, ada);
      expect(found.map(({ subject, unread }) => [subject, unread])).toEqual([
        ['third', true],
        ['second', false],
      ]);
      expect((await between(grace, ada, found[1]?.id)).map(({ subject }) => subject)).toEqual(['first']);
      expect(await withMessages((messages) => messages.unread(grace.id))).toBe(1);
      expect((await between(eve, ada)).map(({ subject }) => subject)).toEqual(['second']);
    });
  });

  describe('an inbox', () => {
    test('lists conversations, the one with the latest message first, with the number of unread messages', async () => {
      const [ada, grace, eve] = await newUsers();
      const send = (from: User, to: readonly User[], subject: string) =>
        withMessages((messages) =>
          messages.send({ from: from.id, to: to.map(({ id }) => id), subject, body: 'How are you?' }),
        );
      await send(ada, [grace], 'first');
      await send(ada, [eve], 'not for grace');
      await send(eve, [grace], 'second');
      await send(ada, [grace], 'third');
      const inbox = (page = {}) => withMessages((messages) => messages.conversations(grace.id, page));
      const summary = async (page?: object) =>
        (await inbox(page)).map(({ other, latest, unread }) => [other.name, latest.subject, unread]);
      expect(await summary()).toEqual([
        [ada.name, 'third', 2],
        [eve.name, 'second', 1],
      ]);
      const [latest] = await inbox({ limit: 1 });
      expect(await summary({ before: latest?.latest.id })).toEqual([[eve.name, 'second', 1]]);
      await withMessages((messages) => messages.between(grace.id, ada.id));
      await send(grace, [eve, ada], 'fourth');
      expect(new Set((await summary()).map(String))).toEqual(new Set([`${ada.name},fourth,0`, `${eve.name},fourth,1`]));
      expect(await withMessages((messages) => messages.unread(grace.id))).toBe(1);
    });
  });

  test('a message that one participant read stays unread for the others', async () => {
    const [ada, grace, eve] = await newUsers();
    await withMessages((messages) =>
      messages.send({ from: ada.id, to: [grace.id, eve.id], subject: 'Hello', body: 'How are you?' }),
    );
    await withMessages((messages) => messages.between(grace.id, ada.id));
    expect(await withMessages((messages) => messages.unread(grace.id))).toBe(0);
    expect(await withMessages((messages) => messages.unread(eve.id))).toBe(1);
  });
}
