import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { differenceOf } from '../difference/catalog-difference.ts';
import { explainChange } from '../difference/explain-change.ts';
import { devError } from '../error/dev-codes.ts';
import { replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';

/** Runs revisions on an empty database, in the order given, and returns the schema that they produce. */
export async function schemaAfter(shadow: Shadow, revisions: readonly Revision[]): Promise<Catalog> {
  await shadow.empty();
  await replayUp(shadow, revisions);
  return shadow.catalog();
}

/** Returns the differences between two schemas, each as a line of text. */
export function schemaDifferences(expected: Catalog, found: Catalog): readonly string[] {
  return differenceOf(expected, found).map(explainChange);
}

/** Throws PROOF_FAILED if two schemas differ. `claim` completes a sentence about the revision. */
export function assertSameSchema(revision: string, claim: string, expected: Catalog, found: Catalog): void {
  const differences = schemaDifferences(expected, found);
  if (differences.length > 0) throw devError('PROOF_FAILED', { revision, claim, differences });
}
