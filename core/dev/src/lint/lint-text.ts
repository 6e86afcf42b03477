import { isKernelError } from '@headwater/kernel/internal/errors';
import { readSql, type SqlStatement } from '@headwater/kernel/internal/sql';
import type { RuleFinding } from './finding.ts';
import { identifierTooLong } from './rules/identifier-too-long.ts';
import { newerSyntax } from './rules/newer-syntax.ts';
import { syntax } from './rules/syntax.ts';
import { unknownRule } from './rules/unknown-rule.ts';

/** One SQL text of a revision, parsed and linted on its own. */
export interface LintedText {
  /** `null` if the parser rejects the text. */
  readonly statements: readonly SqlStatement[] | null;
  readonly findings: readonly RuleFinding[];
}

/** Lints a text with the rules that do not depend on the existing schema. `oldest` is a major version of PostgreSQL. */
export async function lintText(sql: string, oldest: number): Promise<LintedText> {
  const comments = unknownRule(sql);
  try {
    const { statements } = await readSql(sql);
    const findings = [
      ...comments,
      ...(await identifierTooLong(sql, statements)),
      ...(await newerSyntax(sql, statements, oldest)),
    ];
    return { statements, findings };
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    return { statements: null, findings: [syntax(sql, error.details), ...comments] };
  }
}
