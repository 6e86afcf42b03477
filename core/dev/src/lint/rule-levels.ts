import type { Level } from './finding.ts';

/**
 * Every lint rule with its level. `docs/guide/lint.md` shows a bad and a good example of each, and a test runs both.
 * The file of a rule is `rules/<rule>.ts`.
 */
export const ruleLevels = {
  // SQL that PostgreSQL's parser rejects.
  syntax: 'error',
  // Syntax that the oldest supported PostgreSQL does not have.
  'newer-syntax': 'error',
  // A name longer than 63 bytes, which PostgreSQL truncates.
  'identifier-too-long': 'error',
  // A statement that cannot run in the transaction of its revision.
  'transaction-conflict': 'error',
  // A schema in SQL, where the tables of the application are not in `public`.
  'named-schema': 'error',
  // A use of another plugin's object without a declared dependency on it.
  'undeclared-dependency': 'error',
  // A change of an object that another plugin owns.
  'foreign-object': 'error',
  // A change that breaks older code in a revision that is not marked `breaking: true`.
  'missing-breaking': 'error',
  // A new NOT NULL column without a value for existing rows and for the inserts of older code.
  'not-null-without-default': 'error',
  // A new enum value that is used in the transaction that adds it.
  'enum-value-in-transaction': 'error',
  // An enum that is rebuilt with fewer values.
  'enum-value-removed': 'warning',
  // DROP, TRUNCATE, or DELETE of all rows.
  'data-loss': 'warning',
  // A new column type that some existing values may not fit.
  'narrower-type': 'warning',
  // A new name for an object that running code uses.
  rename: 'warning',
  // A rewrite of a whole table under an exclusive lock.
  'table-rewrite': 'warning',
  // A scan of a whole table under a lock.
  'long-lock': 'warning',
  // An index build that blocks writes.
  'index-not-concurrent': 'warning',
  // An allow comment that names a rule which does not exist.
  'unknown-rule': 'warning',
  // A statement whose dependencies only the server knows.
  'opaque-statement': 'info',
  // A revision that cannot be reverted.
  'missing-down': 'info',
} as const satisfies Readonly<Record<string, Level>>;

/** The name of a lint rule. */
export type LintRule = keyof typeof ruleLevels;

/** Whether a lint rule has this name. */
export function isLintRule(name: string): name is LintRule {
  return Object.hasOwn(ruleLevels, name);
}
