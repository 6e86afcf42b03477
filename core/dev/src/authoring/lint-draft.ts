import { oldestSupportedMajor } from '@headwater/kernel/internal/database';
import { schemaHistory } from '@headwater/kernel/internal/ownership';
import type { Revision } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import type { Finding } from '../lint/finding.ts';
import { lintRevisions } from '../lint/lint-revisions.ts';
import type { LintRule } from '../lint/rule-levels.ts';
import { unshippedRevisions } from '../lint/unshipped-revisions.ts';
import { breakingReason } from '../lint/rules/missing-breaking.ts';
import type { PluginSubset } from './plugin-subset.ts';

/** The points in a new revision that its author should review. */
export interface DraftReview {
  readonly risks: readonly Finding<LintRule>[];
  /** The reason why older code is incompatible with it, phrased to follow "it"; `null` if older code is compatible. */
  readonly breaking: string | null;
}

/** Lint errors that do not block a draft. They are reported, and the author decides. */
const tolerated: ReadonlySet<LintRule> = new Set(['not-null-without-default', 'missing-breaking']);

/** The same for generated SQL, to which an author can add the comment that allows a finding only afterwards. */
const toleratedIfGenerated: ReadonlySet<LintRule> = new Set([...tolerated, 'newer-syntax']);

/**
 * Lints a new revision as `migrate:lint` will. The subset contains the revision and everything before it. Throws
 * PROOF_FAILED for an error that no revision may have, like a change to an object that another plugin owns.
 */
export async function lintDraft(
  revision: Revision,
  { plugins, graph, revisions }: PluginSubset,
  { isHandWritten }: { readonly isHandWritten: boolean },
): Promise<DraftReview> {
  const byId = new Map(revisions.map((one) => [one.id, one]));
  const findings = await lintRevisions({
    graph,
    revisions: byId,
    chosen: [revision.id],
    oldest: oldestSupportedMajor,
    unshipped: unshippedRevisions(plugins),
    plugins: new Map(plugins.map((plugin) => [plugin.name, plugin])),
  });
  const accepted = isHandWritten ? tolerated : toleratedIfGenerated;
  const errors = findings.filter(({ level, rule }) => level === 'error' && !accepted.has(rule));
  if (errors.length > 0) {
    const differences = errors.map(({ rule, message }) => `${rule}: ${message}`);
    throw devError('PROOF_FAILED', { revision: revision.id, claim: 'it violates lint rules', differences });
  }
  const before = await schemaHistory(revisions.filter(({ id }) => id !== revision.id));
  return {
    risks: findings.filter(({ rule }) => rule !== 'missing-down' && rule !== 'missing-breaking'),
    breaking: revision.up.kind === 'sql' ? await breakingReason(revision.up.text, before) : null,
  };
}
