import type { GraphRevision } from '@headwater/kernel/internal/graph';

/**
 * Creates a seeded random number generator (mulberry32, public domain). Its numbers are at least 0 and less than 1; the
 * same seed gives the same numbers on every machine.
 */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns the ids of `order`, shuffled so that each still comes after everything that it needs. */
export function randomOrder(order: readonly GraphRevision[], random: () => number): readonly string[] {
  const waiting = new Map(order.map(({ id, needs }) => [id, needs.length]));
  const dependents = new Map<string, string[]>();
  for (const { id, needs } of order) {
    for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), id]);
  }
  const ready = order.filter(({ needs }) => needs.length === 0).map(({ id }) => id);
  const drawn: string[] = [];
  while (ready.length > 0) {
    const [next = ''] = ready.splice(Math.floor(random() * ready.length), 1);
    drawn.push(next);
    for (const dependent of dependents.get(next) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1;
      waiting.set(dependent, left);
      if (left === 0) ready.push(dependent);
    }
  }
  return drawn;
}

/** Moves the members of `last`, and everything that needs one of them, to the end of `order`. Returns the new order. */
export function movedLast(order: readonly GraphRevision[], last: ReadonlySet<string>): readonly string[] {
  const late = new Set(last);
  for (const { id, needs } of order) if (needs.some((need) => late.has(need))) late.add(id);
  const ids = order.map(({ id }) => id);
  return [...ids.filter((id) => !late.has(id)), ...ids.filter((id) => late.has(id))];
}

/** Returns the steps from one order to another. Each step swaps two neighbors of the previous order. */
export function neighborSwaps(from: readonly string[], to: readonly string[]): readonly (readonly string[])[] {
  const place = new Map(to.map((id, i) => [id, i]));
  const steps: (readonly string[])[] = [from];
  const at = [...from];
  // Insertion sort: each id moves back to its place among the ids before it.
  for (let i = 1; i < at.length; i += 1) {
    for (let j = i; j > 0 && (place.get(at[j - 1] ?? '') ?? 0) > (place.get(at[j] ?? '') ?? 0); j -= 1) {
      [at[j - 1], at[j]] = [at[j] ?? '', at[j - 1] ?? ''];
      steps.push([...at]);
    }
  }
  return steps;
}
