import type { LintFinding } from '@headwater/kernel/plugin';
import type { LintRule } from './rule-levels.ts';

/** The severity of a finding. */
export type Level = LintFinding['level'];

/** A problem with a revision, as `migrate:lint`, `migrate:create` and `migrate:verify` report it. */
export interface Finding<Rule extends string = string> extends LintFinding {
  readonly rule: Rule;
}

/** The finding that a lint rule returns. `lintRevisions` adds the revision, its file and the level. */
export interface RuleFinding extends StatementFinding {
  /** `null` for the whole revision. */
  readonly at: SqlPlace | null;
  /** The lines of further statements in the same text that the finding is about. Default: none. */
  readonly alsoAt?: readonly number[];
}

/** A finding about the statement that was passed to the rule. */
export type StatementFinding = Pick<Finding<LintRule>, 'rule' | 'object' | 'message' | 'safer'>;

/** A statement in one of a revision's SQL texts. */
export interface SqlPlace {
  /** The whole text. */
  readonly sql: string;
  readonly statement: string;
  /** The line of the statement in the text, from 1. */
  readonly line: number;
}
