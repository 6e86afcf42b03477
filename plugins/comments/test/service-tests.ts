import { randomUUID } from 'node:crypto';
import type { TestKernel } from '@headwater/dev/testing';
import { Activities, ContentObject, Objects, Users } from '@headwater/plugin-core';
import { describe, expect, test } from 'vitest';
import { Comment, Comments, Reply } from '../src/index.ts';
import type { ThreadComment } from '../src/thread.ts';

/** The part of a running application that these tests use. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** Formats a thread as text: `body (author)`, with replies in brackets. */
function format(thread: readonly ThreadComment[]): string {
  return thread
    .map(({ content, replies }) => {
      const comment = content === null ? 'deleted' : `${content.body} (${content.author.name})`;
      return replies.length === 0 ? comment : `${comment} [${format(replies)}]`;
    })
    .join(', ');
}

/** Registers the service tests. They pass on any database and alongside any other plugins. */
export function testComments(kernel: () => RunningKernel): void {
  const withComments = <T>(work: (comments: Comments) => Promise<T>) =>
    kernel().run(() => work(kernel().get(Comments)));

  /** Creates a user and an object of this user. */
  const createObject = async () => {
    const { get, run } = kernel();
    return run(async () => {
      const user = await get(Users).create({ name: `user-${randomUUID().slice(0, 8)}` });
      const object = await get(Objects).publish(ContentObject, { author: user });
      return { author: user.id, name: user.name, to: object.id };
    });
  };

  test('objects in place of ids and texts are refused', async () => {
    const { author, to } = await createObject();
    // A caller without types could pass them on from JSON.
    const id = { $ne: 0 } as unknown as number;
    const body = { $ne: 'x' } as unknown as string;
    for (const call of [
      withComments((comments) => comments.reply({ author: id, to, body: 'x' })),
      withComments((comments) => comments.reply({ author, to: id, body: 'x' })),
      withComments((comments) => comments.reply({ author, to, body })),
      withComments((comments) => comments.thread(id)),
      withComments((comments) => comments.countOf([id])),
      withComments((comments) => comments.countOf(id as unknown as readonly number[])),
      withComments((comments) => comments.delete(id)),
    ]) {
      await expect(call).rejects.toMatchObject({ name: 'Refusal', reason: 'invalid' });
    }
  });

  describe('a thread', () => {
    test('holds the comments on an object with their replies, oldest first', async () => {
      const { author, name, to } = await createObject();
      const reply = async (body: string, target: number) =>
        (await withComments((comments) => comments.reply({ author, to: target, body }))).id;
      const first = await reply('first', to);
      const second = await reply('second', to);
      await reply('to the second', second);
      const nested = await reply('to the first', first);
      await reply('deeper', nested);
      await reply('also to the first', first);
      const shown = (body: string): string => `${body} (${name})`;
      expect(format(await withComments((comments) => comments.thread(to)))).toBe(
        `${shown('first')} [${shown('to the first')} [${shown('deeper')}], ${shown('also to the first')}], ` +
          `${shown('second')} [${shown('to the second')}]`,
      );
      expect(format(await withComments((comments) => comments.thread(nested)))).toBe(shown('deeper'));
    });

    test('of an object without comments is empty', async () => {
      const { to } = await createObject();
      expect(await withComments((comments) => comments.thread(to))).toEqual([]);
    });

    test('keeps the place of a deleted comment, but not its content', async () => {
      const { author, name, to } = await createObject();
      const first = await withComments((comments) => comments.reply({ author, to, body: 'first' }));
      await withComments((comments) => comments.reply({ author, to: first.id, body: 'second' }));
      await withComments((comments) => comments.delete(first.id));
      const thread = await withComments((comments) => comments.thread(to));
      expect(format(thread)).toBe(`deleted [second (${name})]`);
      expect(JSON.stringify(thread)).not.toContain('first');
    });

    test('can have any depth', async () => {
      const { author, to } = await createObject();
      let last = to;
      for (let i = 0; i < 20; i++)
        last = (await withComments((comments) => comments.reply({ author, to: last, body: 'and?' }))).id;
      const [top] = await withComments((comments) => comments.thread(to));
      let depth = 0;
      for (let comment = top; comment !== undefined; [comment] = comment.replies) depth++;
      expect(depth).toBe(20);
    });
  });

  describe('a comment', () => {
    test('is an object, and refers to the object that it replies to', async () => {
      const { author, to } = await createObject();
      const { id } = await withComments((comments) => comments.reply({ author, to, body: 'well' }));
      const object = await kernel().run(() => kernel().get(Objects).get(id));
      expect(object).toBeInstanceOf(Comment);
      expect(object).toMatchObject({ body: 'well', inReplyTo: { id: to }, author: { id: author } });
    });

    test('is recorded as a reply, even if it was published without the service', async () => {
      const { author, to } = await createObject();
      const replied = await withComments((comments) => comments.reply({ author, to, body: 'replied' }));
      const published = await kernel().run(() =>
        kernel().get(Objects).publish(Comment, { author, inReplyTo: to, body: 'published' }),
      );
      const activities = await kernel().run(() => kernel().get(Activities).latest({ actor: author }));
      const replies = activities.filter((activity) => activity instanceof Reply);
      expect(replies.map(({ verb, object, comment }) => [verb, object?.id, comment.id])).toEqual([
        ['reply', to, published.id],
        ['reply', to, replied.id],
      ]);
    });

    test('must not be blank, and needs an object that is not deleted', async () => {
      const { author, to } = await createObject();
      const reply = (body: string, target: number) =>
        withComments((comments) => comments.reply({ author, to: target, body }));
      await expect(reply(' \n', to)).rejects.toMatchObject({ reason: 'invalid' });
      await expect(reply('well', -1)).rejects.toMatchObject({ reason: 'missing' });
      const { id } = await reply('well', to);
      await withComments((comments) => comments.delete(id));
      await expect(reply('too late', id)).rejects.toMatchObject({ reason: 'missing' });
    });

    test('can be deleted by the service, unlike other objects', async () => {
      const { to } = await createObject();
      await expect(withComments((comments) => comments.delete(to))).rejects.toMatchObject({ reason: 'missing' });
      await expect(kernel().run(() => kernel().get(Objects).get(to))).resolves.toMatchObject({ id: to });
    });
  });

  test('comments are counted at any depth, excluding deleted ones', async () => {
    const { author, to } = await createObject();
    const other = await createObject();
    const first = await withComments((comments) => comments.reply({ author, to, body: 'first' }));
    const second = await withComments((comments) => comments.reply({ author, to: first.id, body: 'second' }));
    await withComments((comments) => comments.reply({ author, to: second.id, body: 'third' }));
    await withComments((comments) => comments.delete(second.id));
    const counts = await withComments((comments) => comments.countOf([to, first.id, other.to]));
    expect([...counts]).toEqual([
      [to, 2],
      [first.id, 1],
      [other.to, 0],
    ]);
    expect(await withComments((comments) => comments.countOf([]))).toEqual(new Map());
  });
}
