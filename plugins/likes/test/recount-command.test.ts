import { startTestKernel } from '@headwater/dev/testing';
import { Database } from '@headwater/kernel/plugin';
import { expect, test } from 'vitest';
import { Likes } from '../src/index.ts';
import { run } from '../src/recount-command.ts';
import { newObject, newUser } from './content.ts';

test('likes:recount corrects wrong counts and leaves the others alone', async () => {
  await using kernel = await startTestKernel();
  const user = await newUser(kernel);
  const [right, high, low] = [
    await newObject(kernel, user),
    await newObject(kernel, user),
    await newObject(kernel, user),
  ];
  const { get } = kernel;
  const context = { get, log: silent, operands: [], values: {}, signal: new AbortController().signal };
  await kernel.run(async () => {
    for (const object of [right, low]) await get(Likes).like(user, object);
    await get(Database).em.execute(`update core_object set likes_count = 7 where id in (${high}, ${low})`);
    expect(await run(context)).toEqual({ text: '2 counts were corrected.', data: { corrected: 2 } });
    expect(await Promise.all([right, high, low].map((object) => get(Likes).countOf(object)))).toEqual([1, 0, 1]);
    expect(await run(context)).toMatchObject({ data: { corrected: 0 } });
  });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
