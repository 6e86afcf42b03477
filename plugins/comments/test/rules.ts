import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Activities, ContentObject, Objects, Users } from '@headwater/plugin-core';
import type { TestKernel } from '@headwater/dev/testing';
import { Comment, Comments, Reply } from '../src/index.ts';
import type { ThreadComment } from '../src/thread.ts';

/** A running application, as far as rules need it: also one on data that others have left. */
export type RunningKernel = Pick<TestKernel, 'get' | 'run'>;

/** A thread as text, to compare it at a glance: `body (author)`, answers in brackets. */
function told(thread: readonly ThreadComment[]): string {
  return thread
    .map(({ content, replies }) => {
      const comment = content === null ? 'deleted' : `${content.body} (${content.author.name})`;
      return replies.length === 0 ? comment : `${comment} [${told(replies)}]`;
    })
    .join(', ');
}

/** What holds for comments, whatever else is active. */
export function commentsRules(kernel: () => RunningKernel): void {
  const at = <T>(work: (comments: Comments) => Promise<T>) => kernel().run(() => work(kernel().get(Comments)));

  /** A user with an object of theirs. */
  const begin = async () => {
    const { get, run } = kernel();
    return run(async () => {
      const user = await get(Users).create({ name: `user-${randomUUID().slice(0, 8)}` });
      const object = await get(Objects).publish(ContentObject, { author: user });
      return { author: user.id, name: user.name, to: object.id };
    });
  };

  describe('a thread', () => {
    test('holds the answers to an object, and the answers to those, oldest first', async () => {
      const { author, name, to } = await begin();
      const say = async (body: string, answered: number) =>
        (await at((comments) => comments.reply({ author, to: answered, body }))).id;
      const first = await say('first', to);
      const second = await say('second', to);
      await say('to the second', second);
      const answer = await say('to the first', first);
      await say('deeper', answer);
      await say('also to the first', first);
      const of = (body: string): string => `${body} (${name})`;
      expect(told(await at((comments) => comments.thread(to)))).toBe(
        `${of('first')} [${of('to the first')} [${of('deeper')}], ${of('also to the first')}], ` +
          `${of('second')} [${of('to the second')}]`,
      );
      expect(told(await at((comments) => comments.thread(answer)))).toBe(of('deeper'));
    });

    test('of an object that nobody answered is empty', async () => {
      const { to } = await begin();
      expect(await at((comments) => comments.thread(to))).toEqual([]);
    });

    test('keeps the place of a deleted comment, and nothing of what it said', async () => {
      const { author, name, to } = await begin();
      const first = await at((comments) => comments.reply({ author, to, body: 'first' }));
      await at((comments) => comments.reply({ author, to: first.id, body: 'answer' }));
      await at((comments) => comments.delete(first.id));
      const thread = await at((comments) => comments.thread(to));
      expect(told(thread)).toBe(`deleted [answer (${name})]`);
      expect(JSON.stringify(thread)).not.toContain('first');
    });

    test('is as deep as people talk', async () => {
      const { author, to } = await begin();
      let last = to;
      for (let i = 0; i < 20; i++) last = (await at((c) => c.reply({ author, to: last, body: 'and?' }))).id;
      const [top] = await at((comments) => comments.thread(to));
      let depth = 0;
      for (let here = top; here !== undefined; [here] = here.replies) depth++;
      expect(depth).toBe(20);
    });
  });

  describe('a comment', () => {
    test('is an object like any other, and knows what it answers', async () => {
      const { author, to } = await begin();
      const { id } = await at((comments) => comments.reply({ author, to, body: 'well' }));
      const object = await kernel().run(() => kernel().get(Objects).get(id));
      expect(object).toBeInstanceOf(Comment);
      expect(object).toMatchObject({ body: 'well', inReplyTo: { id: to }, author: { id: author } });
    });

    test('is written down as a reply, also where it was not made by this plugin’s service', async () => {
      const { author, to } = await begin();
      const said = await at((comments) => comments.reply({ author, to, body: 'said' }));
      const published = await kernel().run(() =>
        kernel().get(Objects).publish(Comment, { author, inReplyTo: to, body: 'published' }),
      );
      const activities = await kernel().run(() => kernel().get(Activities).latest({ actor: author }));
      const replies = activities.filter((activity) => activity instanceof Reply);
      expect(replies.map(({ verb, object, comment }) => [verb, object?.id, comment.id])).toEqual([
        ['reply', to, published.id],
        ['reply', to, said.id],
      ]);
    });

    test('says something, to an object that is there', async () => {
      const { author, to } = await begin();
      const reply = (body: string, answered: number) => at((c) => c.reply({ author, to: answered, body }));
      await expect(reply(' \n', to)).rejects.toMatchObject({ reason: 'invalid' });
      await expect(reply('well', -1)).rejects.toMatchObject({ reason: 'missing' });
      const { id } = await reply('well', to);
      await at((comments) => comments.delete(id));
      await expect(reply('to nothing', id)).rejects.toMatchObject({ reason: 'missing' });
    });

    test('is what is deleted as one; another object is not', async () => {
      const { to } = await begin();
      await expect(at((comments) => comments.delete(to))).rejects.toMatchObject({ reason: 'missing' });
      await expect(kernel().run(() => kernel().get(Objects).get(to))).resolves.toMatchObject({ id: to });
    });
  });

  test('comments are counted at any depth, deleted ones left out', async () => {
    const { author, to } = await begin();
    const other = await begin();
    const first = await at((comments) => comments.reply({ author, to, body: 'first' }));
    const second = await at((comments) => comments.reply({ author, to: first.id, body: 'second' }));
    await at((comments) => comments.reply({ author, to: second.id, body: 'third' }));
    await at((comments) => comments.delete(second.id));
    const counts = await at((comments) => comments.countOf([to, first.id, other.to]));
    expect([...counts]).toEqual([
      [to, 2],
      [first.id, 1],
      [other.to, 0],
    ]);
    expect(await at((comments) => comments.countOf([]))).toEqual(new Map());
  });
}
