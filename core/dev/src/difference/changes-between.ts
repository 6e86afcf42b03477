import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { Change } from './change.ts';
import { withDependents } from './dependents.ts';
import { differenceOf } from './catalog-difference.ts';
import { withConstraintRenames } from './constraint-renames.ts';
import { withMatchedSequences } from './matched-sequences.ts';

/** Options for {@link changesBetween}. */
export interface BetweenOptions {
  /** Selects the changes to make. Default: all. */
  readonly only?: (change: Change) => boolean;
}

/**
 * Returns all changes that lead from one catalog to another. Constraints and indexes that differ only in name are
 * renamed instead of rebuilt. Objects that block a change are removed temporarily.
 */
export function changesBetween(
  old: Catalog,
  now: Catalog,
  { only = () => true }: BetweenOptions = {},
): readonly Change[] {
  const [before, after] = withMatchedSequences([old, now]);
  const changes = withConstraintRenames(differenceOf(before, after).filter(only));
  return withDependents(changes, before, after);
}
