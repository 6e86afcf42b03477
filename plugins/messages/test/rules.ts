import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Users, type User } from '@headwater/plugin-core';
import type { TestKernel } from '@headwater/dev/testing';
import { Messages } from '../src/index.ts';

/** A running application, as far as rules need it: also one on data that others have left. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** What holds for messages, whatever else is active. */
export function messagesRules(kernel: () => RunningKernel): void {
  const at = <T>(work: (messages: Messages) => Promise<T>) => kernel().run(() => work(kernel().get(Messages)));
  const person = (): Promise<User> => {
    const { get, run } = kernel();
    return run(() => get(Users).create({ name: `user-${randomUUID().slice(0, 8)}` }));
  };
  const people = () => Promise.all([person(), person(), person()]);

  describe('a message', () => {
    test('is read by its participants, and by nobody else', async () => {
      const [ada, grace, eve] = await people();
      const id = await at((messages) =>
        messages.send({ from: ada.id, to: [grace.id, grace.id], subject: 'Hello', body: 'You!' }),
      );
      const shown = { id, subject: 'Hello', body: 'You!', sender: { id: ada.id, name: ada.name } };
      const participants = [ada, grace].map(({ id, name }) => ({ id, name }));
      const read = await at((messages) => messages.read(grace.id, id));
      expect(read).toMatchObject({ ...shown, unread: true });
      expect(new Set(read.participants)).toEqual(new Set(participants));
      expect(await at((messages) => messages.read(ada.id, id))).toMatchObject({ ...shown, unread: false });
      // The same as for one that does not exist.
      await expect(at((messages) => messages.read(eve.id, id))).rejects.toMatchObject({ reason: 'missing' });
      await expect(at((messages) => messages.markRead(eve.id, id))).rejects.toMatchObject({ reason: 'missing' });
      await expect(at((messages) => messages.read(eve.id, -1))).rejects.toMatchObject({ reason: 'missing' });
    });

    test('has a subject, a text, and somebody besides its sender who gets it', async () => {
      const [ada, grace] = await people();
      const send = (to: readonly number[], subject: string, body = 'How are you?') =>
        at((messages) => messages.send({ from: ada.id, to, subject, body }));
      await expect(send([], 'Hello')).rejects.toMatchObject({ reason: 'invalid' });
      await expect(send([ada.id], 'Hello')).rejects.toMatchObject({ reason: 'invalid' });
      await expect(send([grace.id], ' ')).rejects.toMatchObject({ reason: 'invalid' });
      await expect(send([grace.id], 'x'.repeat(256))).rejects.toMatchObject({ reason: 'invalid' });
      await expect(send([grace.id], 'Hello', '')).rejects.toMatchObject({ reason: 'invalid' });
    });

    test('to somebody who is not there goes to nobody', async () => {
      const [ada, grace] = await people();
      const sent = at((messages) =>
        messages.send({ from: ada.id, to: [grace.id, -1], subject: 'Hello', body: 'How are you?' }),
      );
      await expect(sent).rejects.toMatchObject({ reason: 'missing', message: 'there is no user -1' });
      expect(await at((messages) => messages.inbox(grace.id))).toEqual([]);
    });
  });

  describe('an inbox', () => {
    test('holds what others sent, latest first, and says what is unread', async () => {
      const [ada, grace, eve] = await people();
      const send = (from: User, to: User, subject: string) =>
        at((messages) => messages.send({ from: from.id, to: [to.id], subject, body: 'How are you?' }));
      const first = await send(ada, grace, 'first');
      await send(grace, ada, 'mine');
      await send(ada, eve, 'not mine');
      await send(eve, grace, 'second');
      const inbox = () => at((messages) => messages.inbox(grace.id));
      const brief = async () =>
        (await inbox()).map(({ subject, unread }) => `${subject} ${unread ? 'unread' : 'read'}`);
      expect(await brief()).toEqual(['second unread', 'first unread']);
      expect(await at((messages) => messages.unread(grace.id))).toBe(2);
      await at((messages) => messages.markRead(grace.id, first));
      expect(await brief()).toEqual(['second unread', 'first read']);
      expect(await at((messages) => messages.unread(grace.id))).toBe(1);
      expect((await at((messages) => messages.inbox(grace.id, 1))).map(({ subject }) => subject)).toEqual(['second']);
      expect((await inbox())[1]).toMatchObject({ id: first, sender: { id: ada.id, name: ada.name } });
    });

    test('shows in one context what changed in it', async () => {
      const [ada, grace] = await people();
      await at(async (messages) => {
        const id = await messages.send({ from: ada.id, to: [grace.id], subject: 'Hello', body: 'How are you?' });
        expect(await messages.inbox(grace.id)).toMatchObject([{ id, unread: true }]);
        await messages.markRead(grace.id, id);
        expect(await messages.inbox(grace.id)).toMatchObject([{ id, unread: false }]);
        expect(await messages.read(grace.id, id)).toMatchObject({ unread: false });
      });
    });
  });

  test('one participant’s reading does not mark the message for another', async () => {
    const [ada, grace, eve] = await people();
    const id = await at((messages) =>
      messages.send({ from: ada.id, to: [grace.id, eve.id], subject: 'Hello', body: 'How are you?' }),
    );
    await at((messages) => messages.markRead(grace.id, id));
    await at((messages) => messages.markRead(grace.id, id));
    expect(await at((messages) => messages.unread(grace.id))).toBe(0);
    expect(await at((messages) => messages.unread(eve.id))).toBe(1);
  });
}
