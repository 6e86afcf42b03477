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
      const participants = [ada, grace].map(({ id, name }) => ({ id, name }));
      const read = await withMessages((messages) => messages.read(grace.id, id));
      expect(read).toMatchObject({ ...shown, unread: true });
      expect(new Set(read.participants)).toEqual(new Set(participants));
      expect(await withMessages((messages) => messages.read(ada.id, id))).toMatchObject({ ...shown, unread: false });
      // The same answer as for a message that does not exist.
      await expect(withMessages((messages) => messages.read(eve.id, id))).rejects.toMatchObject({ reason: 'missing' });
      await expect(withMessages((messages) => messages.markRead(eve.id, id))).rejects.toMatchObject({
        reason: 'missing',
      });
      await expect(withMessages((messages) => messages.read(eve.id, -1))).rejects.toMatchObject({ reason: 'missing' });
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
      const id = await withMessages((messages) =>
        messages.send({ from: ada.id, to: [grace.id], subject: 'Hello', body: 'You!' }),
      );
      // A caller without types could pass it on from JSON. MikroORM would take it as a condition.
      const operator = { $ne: 0 } as unknown as number;
      for (const call of [
        withMessages((messages) => messages.read(operator, id)),
        withMessages((messages) => messages.read(eve.id, operator)),
        withMessages((messages) => messages.markRead(operator, id)),
        withMessages((messages) => messages.markRead(eve.id, operator)),
        withMessages((messages) => messages.inbox(operator)),
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
      expect(await withMessages((messages) => messages.inbox(grace.id))).toEqual([]);
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
      expect(found[1]?.participants).toHaveLength(3);
      expect((await between(grace, ada, found[1]?.id)).map(({ subject }) => subject)).toEqual(['first']);
      expect(await withMessages((messages) => messages.unread(grace.id))).toBe(1);
      expect((await between(eve, ada)).map(({ subject }) => subject)).toEqual(['second']);
    });
  });

  describe('an inbox', () => {
    test('lists messages from other users, latest first, and marks unread ones', async () => {
      const [ada, grace, eve] = await newUsers();
      const send = (from: User, to: User, subject: string) =>
        withMessages((messages) => messages.send({ from: from.id, to: [to.id], subject, body: 'How are you?' }));
      const first = await send(ada, grace, 'first');
      await send(grace, ada, 'mine');
      await send(ada, eve, 'not mine');
      await send(eve, grace, 'second');
      const inbox = () => withMessages((messages) => messages.inbox(grace.id));
      const summary = async () =>
        (await inbox()).map(({ subject, unread }) => `${subject} ${unread ? 'unread' : 'read'}`);
      expect(await summary()).toEqual(['second unread', 'first unread']);
      expect(await withMessages((messages) => messages.unread(grace.id))).toBe(2);
      await withMessages((messages) => messages.markRead(grace.id, first));
      expect(await summary()).toEqual(['second unread', 'first read']);
      expect(await withMessages((messages) => messages.unread(grace.id))).toBe(1);
      expect((await withMessages((messages) => messages.inbox(grace.id, 1))).map(({ subject }) => subject)).toEqual([
        'second',
      ]);
      expect((await inbox())[1]).toMatchObject({ id: first, sender: { id: ada.id, name: ada.name } });
    });

    test('shows changes made in the same context', async () => {
      const [ada, grace] = await newUsers();
      await withMessages(async (messages) => {
        const id = await messages.send({ from: ada.id, to: [grace.id], subject: 'Hello', body: 'How are you?' });
        expect(await messages.inbox(grace.id)).toMatchObject([{ id, unread: true }]);
        await messages.markRead(grace.id, id);
        expect(await messages.inbox(grace.id)).toMatchObject([{ id, unread: false }]);
        expect(await messages.read(grace.id, id)).toMatchObject({ unread: false });
      });
    });
  });

  test('a message that one participant read stays unread for the others', async () => {
    const [ada, grace, eve] = await newUsers();
    const id = await withMessages((messages) =>
      messages.send({ from: ada.id, to: [grace.id, eve.id], subject: 'Hello', body: 'How are you?' }),
    );
    await withMessages((messages) => messages.markRead(grace.id, id));
    await withMessages((messages) => messages.markRead(grace.id, id));
    expect(await withMessages((messages) => messages.unread(grace.id))).toBe(0);
    expect(await withMessages((messages) => messages.unread(eve.id))).toBe(1);
  });
}
