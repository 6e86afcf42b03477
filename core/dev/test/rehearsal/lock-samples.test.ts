import { describe, expect, it } from 'vitest';
import { sampleLocks } from '../../src/rehearsal/lock-samples.ts';
import type { Lock } from '../../src/rehearsal/relations.ts';

const lock = (oid: string): Lock => ({ oid, kind: 'table', name: oid, table: oid, mode: 'ShareLock' });

/** Answers with one list after another, and with the last one from then on. Waits until `end` may be called. */
async function sampled(...answers: readonly (readonly Lock[])[]) {
  let asked = 0;
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const samples = await sampleLocks(async () => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    if (asked >= answers.length) resolve();
    return answer;
  });
  await all;
  return samples.end();
}

describe('the samples of locks', () => {
  it('leave out what was held before, and keep what is released again', async () => {
    const { locks } = await sampled([lock('before')], [lock('before'), lock('short')], [lock('before'), lock('kept')]);
    expect(locks.map(({ lock: { oid }, until }) => [oid, until === null])).toEqual([
      ['short', false],
      ['kept', true],
    ]);
    for (const { since, until } of locks) expect(until ?? Infinity).toBeGreaterThan(since);
  });

  it('report the first failure at the end', async () => {
    let asked = 0;
    const samples = await sampleLocks(async () => {
      asked += 1;
      if (asked > 1) throw new Error('gone');
      return [];
    });
    await expect(samples.end()).rejects.toThrow('gone');
  });
});
