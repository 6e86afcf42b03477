import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatnessOf, type Sample } from './flatness.ts';

const megabyte = 2 ** 20;

/** Samples of a process whose memory is what `memoryAt` returns, in megabytes. */
function samples(memoryAt: (n: number) => number, others: Partial<Sample> = {}): readonly Sample[] {
  return Array.from({ length: 120 }, (_, n) => ({
    memory: memoryAt(n) * megabyte,
    descriptors: 30,
    connections: 3,
    ...others,
  }));
}

describe('a soak', () => {
  it('is flat if memory only grows during the warm-up and then goes up and down', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 195, max: 205 }), { minLength: 120, maxLength: 120 }), (noise) => {
        const found = flatnessOf(samples((n) => (n < 30 ? 100 + n : (noise[n] ?? 200))));
        expect(found.grown).toEqual([]);
      }),
    );
  });

  it('is not flat if memory leaks', () => {
    expect(flatnessOf(samples((n) => 200 + n)).grown).toEqual(['memory']);
  });

  it.each(['descriptors', 'connections'] as const)('is not flat if %s leak', (name) => {
    const leaking = samples(() => 200).map((sample, n) => ({ ...sample, [name]: 3 + Math.floor(n / 10) }));
    expect(flatnessOf(leaking).grown).toEqual([name]);
  });
});
