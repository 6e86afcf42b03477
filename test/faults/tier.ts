import fc from 'fast-check';

/**
 * How much of the catalog of faults is tried. `quick` is part of `npm test`, `full` of `npm run test:full`. `long` tries
 * everything once and takes about an hour. `npm run faults -- --tier long` sets it.
 */
export const tiers = ['quick', 'full', 'long'] as const;

/** One of {@link tiers}. */
export type Tier = (typeof tiers)[number];

/** The tier of this run. */
export const tier: Tier = tiers.find((name) => name === process.env['FAULTS']) ?? 'quick';

/** The seed of all samples of this run. The names of tests show it. */
export const seed: number = Number(process.env['SEED'] ?? Date.now() % 100_000);

/** Returns as many of the trials as the tier allows, chosen by {@link seed}, in a random order. */
export function sampled<T>(trials: readonly T[], most: Readonly<Record<Exclude<Tier, 'long'>, number>>): readonly T[] {
  const [shuffled = []] = fc.sample(
    fc.shuffledSubarray([...trials], { minLength: trials.length, maxLength: trials.length }),
    { seed, numRuns: 1 },
  );
  return tier === 'long' ? shuffled : shuffled.slice(0, most[tier]);
}
