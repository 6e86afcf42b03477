import type { LintRule } from './rule-levels.ts';

/** A comment that suppresses findings: `-- headwater-lint: allow rule, rule: reason`. */
export interface AllowComment {
  /** The names as written, including unknown rules. */
  readonly rules: readonly string[];
  /** Empty if the comment gives no reason. Such a comment suppresses nothing. */
  readonly reason: string;
  /** The line of the comment in the text, from 1. */
  readonly line: number;
  /** The line of the statement directly below it, from 1. */
  readonly above: number;
}

const pattern = /^\s*--\s*headwater-lint:\s*allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)\s*(?::\s*(.*))?$/;

/** Finds the allow comments in a piece of SQL. Nothing but other comments may separate one from its statement. */
export function allowCommentsIn(sql: string): readonly AllowComment[] {
  const lines = sql.split('\n');
  return lines.flatMap((text, i) => {
    const found = pattern.exec(text);
    if (found === null) return [];
    const [, names = '', reason = ''] = found;
    let above = i + 1;
    while (/^\s*--/.test(lines[above] ?? '')) above += 1;
    return [{ rules: names.split(/\s*,\s*/), reason: reason.trim(), line: i + 1, above: above + 1 }];
  });
}

/**
 * Returns the comment that allows `rule` for the statement on `line`, preferably one with a reason. A `line` of `null`
 * stands for the whole revision, for which a comment on any line counts.
 */
export function allowCommentFor(
  comments: readonly AllowComment[],
  rule: LintRule,
  line: number | null,
): AllowComment | null {
  const fitting = comments.filter(({ rules, above }) => rules.includes(rule) && (line === null || above === line));
  return fitting.find(({ reason }) => reason !== '') ?? fitting[0] ?? null;
}
