import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeTurns } from '../../src/entities/turns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('lets a transaction wait for itself for 5 s', async () => {
  const turns = makeTurns();
  await turns.take();
  let outcome: unknown = 'waiting';
  const inside = turns.inside(() =>
    turns.take().catch((error: unknown) => {
      outcome = error;
    }),
  );
  await vi.advanceTimersByTimeAsync(4999);
  expect(outcome).toBe('waiting');
  await vi.advanceTimersByTimeAsync(1);
  expect(outcome).toMatchObject({ code: 'DATABASE_DEADLOCK', details: { seconds: 5 } });
  await inside;
});

it('gives the connection in order of asking, past who gave up', async () => {
  const turns = makeTurns(100);
  const order: string[] = [];
  const ask = async (name: string): Promise<void> => {
    await turns.take();
    order.push(name);
  };
  await ask('holder');
  const quitter = turns.inside(() => turns.take().catch(() => order.push('gave up')));
  const others = Promise.all([ask('second'), ask('third')]);
  await vi.advanceTimersByTimeAsync(100);
  await quitter;
  turns.give();
  await vi.advanceTimersByTimeAsync(0);
  expect(order).toEqual(['holder', 'gave up', 'second']);
  turns.give();
  await others;
  turns.give();
  await ask('fourth');
  expect(order).toEqual(['holder', 'gave up', 'second', 'third', 'fourth']);
});

it('lets what a transaction left behind wait like anybody else once it is over', async () => {
  const turns = makeTurns(100);
  await turns.take();
  let late: Promise<void> = Promise.resolve();
  await turns.inside(async () => {
    late = turns.take();
  });
  await vi.advanceTimersByTimeAsync(1000);
  turns.give();
  await expect(late).resolves.toBeUndefined();
});
