import type { RiskRule } from './danger.ts';

/** How much a finding counts: an error fails the lint, a warning only a strict one, information never. */
export type Level = 'error' | 'warning' | 'info';

/** What lint looks for. */
export type Rule =
  | RiskRule
  | 'syntax'
  | 'newer-syntax'
  | 'identifier-too-long'
  | 'undeclared-dependency'
  | 'foreign-object'
  | 'missing-breaking'
  | 'missing-down'
  | 'unknown-rule';

/** One row of the table of rules. */
export interface RuleEntry {
  readonly level: Level;
  /** What it finds, in half a line. */
  readonly about: string;
}

/** Every rule. `docs/guide/lint.md` shows each with a bad and a good form, and a test runs both. */
export const rules: Readonly<Record<Rule, RuleEntry>> = {
  syntax: { level: 'error', about: "SQL that PostgreSQL's parser refuses" },
  'newer-syntax': { level: 'error', about: 'what the oldest supported PostgreSQL does not take' },
  'identifier-too-long': { level: 'error', about: 'a name of more than 63 bytes, which PostgreSQL cuts' },
  'undeclared-dependency': { level: 'error', about: 'what a revision uses that is not among what it depends on' },
  'foreign-object': { level: 'error', about: 'a change to what another plugin owns' },
  'missing-breaking': { level: 'error', about: 'what older code cannot live with, without `breaking: true`' },
  'not-null-without-default': { level: 'error', about: 'a new column that rows and older code have no value for' },
  'enum-value-in-transaction': { level: 'error', about: 'a new enum value that is used before it is committed' },
  'enum-value-removed': { level: 'warning', about: 'an enum that is made anew, as a value is taken from it' },
  'data-loss': { level: 'warning', about: 'a drop, a truncate, a delete of all rows' },
  'narrower-type': { level: 'warning', about: 'a type into which not every value fits' },
  rename: { level: 'warning', about: 'another name of what running code uses' },
  'table-rewrite': { level: 'warning', about: 'what writes a whole table anew under a lock' },
  'long-lock': { level: 'warning', about: 'what reads a whole table under a lock' },
  'index-not-concurrent': { level: 'warning', about: 'an index that holds up writes while it is built' },
  'unknown-rule': { level: 'warning', about: 'a comment that allows a rule which does not exist' },
  'missing-down': { level: 'info', about: 'a revision that cannot be taken away again' },
};

/** Whether `name` is a rule. */
export function isRule(name: string): name is Rule {
  return Object.hasOwn(rules, name);
}
