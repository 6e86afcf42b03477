import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createConnectionQueue } from '../../src/entities/connection-queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('fails after 5 s if a transaction is waiting for itself', async () => {
  const queue = createConnectionQueue();
  await queue.acquire();
  let outcome: unknown = 'waiting';
  const inside = queue.runTransaction(() =>
    queue.acquire().catch((error: unknown) => {
      outcome = error;
    }),
  );
  await vi.advanceTimersByTimeAsync(4999);
  expect(outcome).toBe('waiting');
  await vi.advanceTimersByTimeAsync(1);
  expect(outcome).toMatchObject({ code: 'DATABASE_DEADLOCK', details: { seconds: 5 } });
  await inside;
});

it('hands over the connection in request order, skipping requests that gave up', async () => {
  const queue = createConnectionQueue(100);
  const order: string[] = [];
  const ask = async (name: string): Promise<void> => {
    await queue.acquire();
    order.push(name);
  };
  await ask('holder');
  const quitter = queue.runTransaction(() => queue.acquire().catch(() => order.push('gave up')));
  const others = Promise.all([ask('second'), ask('third')]);
  await vi.advanceTimersByTimeAsync(100);
  await quitter;
  queue.release();
  await vi.advanceTimersByTimeAsync(0);
  expect(order).toEqual(['holder', 'gave up', 'second']);
  queue.release();
  await others;
  queue.release();
  await ask('fourth');
  expect(order).toEqual(['holder', 'gave up', 'second', 'third', 'fourth']);
});

it('sets no time limit for a request that outlives its transaction', async () => {
  const queue = createConnectionQueue(100);
  await queue.acquire();
  let late: Promise<void> = Promise.resolve();
  await queue.runTransaction(async () => {
    late = queue.acquire();
  });
  await vi.advanceTimersByTimeAsync(1000);
  queue.release();
  await expect(late).resolves.toBeUndefined();
});
