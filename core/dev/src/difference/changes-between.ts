import type { Catalog } from '@headwater/kernel/internal';
import type { Change } from './change.ts';
import { withDependents } from './dependents.ts';
import { differenceOf, type DifferenceOptions } from './catalog-difference.ts';
import { withConstraintRenames } from './constraint-renames.ts';

/** Which changes. */
export interface BetweenOptions extends DifferenceOptions {
  /** Those that are wanted. Default: all. */
  readonly only?: (change: Change) => boolean;
}

/**
 * All that has to be done to get from one catalog to another: what differs, keys and indexes that only have another name
 * under their new one, and what is in the way of it.
 */
export function changesBetween(
  before: Catalog,
  after: Catalog,
  { only = () => true, ...options }: BetweenOptions = {},
): readonly Change[] {
  return withDependents(withConstraintRenames(differenceOf(before, after, options).filter(only)), before, after);
}
