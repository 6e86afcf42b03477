import { isKernelError } from '@headwater/kernel/internal/errors';
import { readSql, type SqlStatement } from '@headwater/kernel/internal/sql';
import type { RuleFinding } from './finding.ts';
import { identifierTooLong } from './rules/identifier-too-long.ts';
import { namedSchema } from './rules/named-schema.ts';
import { newerSyntax } from './rules/newer-syntax.ts';
import { syntax } from './rules/syntax.ts';
import { unknownRule } from './rules/unknown-rule.ts';

/** One SQL text of a revision, parsed and linted on its own. */
export interface LintedText {
  /** `null` if the parser rejects the text. */
  readonly statements: readonly SqlStatement[] | null;
  readonly findings: readonly RuleFinding[];
}

/** The servers and the applications in which a text must run. */
export interface TextOptions {
  /** The oldest major version of PostgreSQL. */
  readonly oldest: number;
  /** The schema of the tables. */
  readonly tables: string;
}

/** Lints a text with the rules that do not depend on the existing schema. */
export async function lintText(sql: string, { oldest, tables }: TextOptions): Promise<LintedText> {
  const comments = unknownRule(sql);
  try {
    const { statements } = await readSql(sql);
    const findings = [
      ...comments,
      ...(await identifierTooLong(sql, statements)),
      ...(await newerSyntax(sql, statements, oldest)),
      ...(await namedSchema(sql, tables)),
    ];
    return { statements, findings };
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    return { statements: null, findings: [syntax(sql, error.details), ...comments] };
  }
}
