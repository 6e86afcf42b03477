import { oldestSupportedMajor } from '@headwater/kernel/internal/database';
import type { RevisionSet } from '@headwater/kernel/internal/migrations';
import type { Finding } from '../lint/finding.ts';
import { lintRevisions } from '../lint/lint-revisions.ts';
import { unshippedRevisions } from '../lint/unshipped-revisions.ts';

/** Lints the chosen revisions of a revision set. `tables` is the schema of the application's tables. */
export function lintRevisionSet(
  { graph, revisions, pluginSet }: RevisionSet,
  chosen: readonly string[],
  tables: string | undefined,
): Promise<readonly Finding[]> {
  return lintRevisions({
    graph,
    revisions,
    chosen,
    oldest: oldestSupportedMajor,
    ...(tables !== undefined && { tables }),
    unshipped: unshippedRevisions(pluginSet.plugins),
    plugins: pluginSet.byName,
  });
}
