import type { Contribution } from '../contract/bind.ts';
import type { ContributionPoint } from '../contract/contribution-point.ts';
import type { ContributionEntry } from './entries.ts';
import { assertKeyFree, makingError } from './refusals.ts';
import type { Shelf } from './registry.ts';

/**
 * What was contributed to a point, made one by one, in plugin order. Keys are those of the point in hand: two that are
 * only known now are compared now. Throws CONTRIBUTION_FAILED and CONTRIBUTION_COLLISION.
 */
export function contributionsOf<T>(
  { inversify, entries }: Shelf,
  point: ContributionPoint<T>,
): readonly Contribution<T>[] {
  const owners = new Map<string, string>();
  const contributions: Contribution<T>[] = [];
  for (const entry of entries.contributions.get(point.name) ?? []) {
    const item = inversify.get<T>(entry.id);
    const key = point.key === null ? entry.key : keyOf(point.key, item, entry);
    if (key !== null) {
      assertKeyFree(point.name, key, [owners.get(key), entry.plugin], 'get');
      owners.set(key, entry.plugin);
    }
    contributions.push(Object.freeze({ plugin: entry.plugin, key, item }));
  }
  return Object.freeze(contributions);
}

function keyOf<T>(key: (item: T) => string, item: T, entry: ContributionEntry): string {
  try {
    return key(item);
  } catch (error) {
    throw makingError(entry, { plugin: entry.plugin, act: 'make' }, [], error);
  }
}
