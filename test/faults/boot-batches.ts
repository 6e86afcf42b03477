/** The parts of `faulty-boots.test.ts` in the long tier, each with 1,000 faults. The names of its tests contain them. */
export const bootBatches: readonly string[] = Array.from({ length: 10 }, (_, i) => `batch ${i + 1} of 10`);
