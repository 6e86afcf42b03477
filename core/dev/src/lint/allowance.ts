import type { Rule } from './rule.ts';

/** A comment that lets findings pass: `-- headwater-lint: allow rule, rule: reason`. */
export interface Allowance {
  /** As written; a rule that does not exist among them. */
  readonly rules: readonly string[];
  /** Empty where none is given: then it allows nothing. */
  readonly reason: string;
  /** Of the comment in the text, from 1. */
  readonly line: number;
  /** The line of the statement that it stands directly above, from 1. */
  readonly above: number;
}

const comment = /^\s*--\s*headwater-lint:\s*allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)\s*(?::\s*(.*))?$/;

/** The allowances in a piece of SQL. Between one and its statement there are other comments at most. */
export function allowancesIn(sql: string): readonly Allowance[] {
  const lines = sql.split('\n');
  return lines.flatMap((text, i) => {
    const found = comment.exec(text);
    if (found === null) return [];
    const [, names = '', reason = ''] = found;
    let above = i + 1;
    while (/^\s*--/.test(lines[above] ?? '')) above += 1;
    return [{ rules: names.split(/\s*,\s*/), reason: reason.trim(), line: i + 1, above: above + 1 }];
  });
}

/** The allowance for a rule on a statement's line; on any line for what is about the whole revision (`null`). */
export function allowanceFor(allowances: readonly Allowance[], rule: Rule, line: number | null): Allowance | null {
  const fitting = allowances.filter(({ rules, above }) => rules.includes(rule) && (line === null || above === line));
  return fitting.find(({ reason }) => reason !== '') ?? fitting[0] ?? null;
}
