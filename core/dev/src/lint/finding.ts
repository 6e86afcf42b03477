import type { LintRule } from './rule-levels.ts';

/** The severity of a finding. An error fails every lint, a warning fails a strict lint, and information fails none. */
export type Level = 'error' | 'warning' | 'info';

/** A problem with a revision, as `migrate:lint`, `migrate:create` and `migrate:verify` report it. */
export interface Finding<Rule extends string = string> {
  readonly rule: Rule;
  readonly level: Level;
  readonly plugin: string;
  /** `null` for a finding about the plugin's entities. */
  readonly revision: string | null;
  /** The revision file, or the manifest that the revision was read from. */
  readonly file: string | null;
  /** The line in the file, from 1; `null` if the SQL is not in the file verbatim. */
  readonly line: number | null;
  /** The SQL statement; `null` for a finding about the whole revision. */
  readonly statement: string | null;
  /** The database object concerned, like `core_object.likes_count`; `null` for none or several. */
  readonly object: string | null;
  /** One or more sentences. */
  readonly message: string;
  /** Differences between two schemas, each a line of text. */
  readonly differences: readonly string[];
  /** A safer form to copy. */
  readonly safer: string | null;
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
