import { devError } from '../error/dev-codes.ts';
import { oldestSupportedMajor, schemaHistory, type Revision } from '@headwater/kernel/internal';
import type { Finding } from '../lint/finding.ts';
import { lintRevisions } from '../lint/lint-revisions.ts';
import type { Rule } from '../lint/rule.ts';
import { whyBreaking } from '../lint/breaking.ts';
import type { Part } from './part.ts';

/** What whoever reviews a revision should know. */
export interface Remarks {
  readonly risks: readonly Finding[];
  /** Why older code cannot live with it, to go after «it»; `null` where it can. */
  readonly breaking: string | null;
}

/** What lint calls an error and a draft may all the same be: it is said, and the author decides. */
const tolerable: ReadonlySet<Rule> = new Set(['not-null-without-default', 'missing-breaking']);

/**
 * Looks at a new revision as `migrate:lint` will. `extended` is all that it stands on, and itself. Throws PROOF_FAILED for
 * what no revision may do, like changing what another plugin owns.
 */
export async function remarksOn(revision: Revision, { graph, revisions }: Part): Promise<Remarks> {
  const byId = new Map(revisions.map((one) => [one.id, one]));
  const findings = await lintRevisions({ graph, revisions: byId, chosen: [revision.id], oldest: oldestSupportedMajor });
  const errors = findings.filter(({ level, rule }) => level === 'error' && !tolerable.has(rule));
  if (errors.length > 0) {
    const differences = errors.map(({ rule, message }) => `${rule}: ${message}`);
    throw devError('PROOF_FAILED', {
      revision: revision.id,
      claim: 'it does what no revision may',
      differences,
    });
  }
  const before = await schemaHistory(revisions.filter(({ id }) => id !== revision.id));
  return {
    risks: findings.filter(({ level, rule }) => level !== 'info' && rule !== 'missing-breaking'),
    breaking: revision.up.kind === 'sql' ? await whyBreaking(revision.up.text, before) : null,
  };
}
