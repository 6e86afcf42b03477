import type { Contribution } from '../contract/bind.ts';
import type { ContributionPoint } from '../contract/contribution-point.ts';
import { assertKeyFree, makingError } from './errors.ts';
import type { ContributionBinding, Registry } from './registry.ts';

/**
 * Creates the contributions to a point one by one, in plugin order. Applies the point's key function to each created
 * item, because the keys of items created by functions could not be compared earlier. Throws CONTRIBUTION_FAILED and
 * CONTRIBUTION_COLLISION.
 */
export function makeContributions<T>(
  { inversify, contributions }: Registry,
  point: ContributionPoint<T>,
): readonly Contribution<T>[] {
  const owners = new Map<string, string>();
  const made: Contribution<T>[] = [];
  for (const binding of contributions.get(point.name) ?? []) {
    const item = inversify.get<T>(binding.id);
    const key = point.key === null ? binding.key : computeKey(point.key, item, binding);
    if (key !== null) {
      assertKeyFree(point.name, key, [owners.get(key), binding.plugin], 'get');
      owners.set(key, binding.plugin);
    }
    made.push(Object.freeze({ plugin: binding.plugin, key, item }));
  }
  return Object.freeze(made);
}

function computeKey<T>(key: (item: T) => string, item: T, binding: ContributionBinding): string {
  try {
    return key(item);
  } catch (error) {
    throw makingError(binding, { plugin: binding.plugin, act: 'create' }, [], error);
  }
}
