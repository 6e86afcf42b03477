import { isKernelError, longestName, nameIn, nearest, readSql, scanSql, type SqlStatement } from '@headwater/kernel/internal';
import { newerSyntaxIn } from './find-newer-syntax.ts';
import { allowancesIn } from './allowance.ts';
import type { Discovery, Place } from './finding.ts';
import { isRule, rules } from './rule.ts';

/** A text of a revision that was read: its statements, `null` where the parser refuses it, and what is wrong with it. */
export interface ReadText {
  readonly statements: readonly SqlStatement[] | null;
  readonly discoveries: readonly Discovery[];
}

/** Reads a text and looks for what is wrong with it whatever is there before it. `oldest` is a major version. */
export async function readText(sql: string, oldest: number): Promise<ReadText> {
  const comments = unknownRules(sql);
  let statements: readonly SqlStatement[];
  try {
    ({ statements } = await readSql(sql));
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    const { message, line, excerpt } = error.details;
    const at: Place = { sql, statement: excerpt, line };
    return {
      statements: null,
      discoveries: [{ rule: 'syntax', message: `${message}.`, safer: null, at }, ...comments],
    };
  }
  return {
    statements,
    discoveries: [...comments, ...(await longNames(sql, statements)), ...(await newer(sql, statements, oldest))],
  };
}

/** Where a statement is. */
export function placeIn(sql: string): (statement: SqlStatement) => Place {
  return ({ text, line }) => ({ sql, statement: text, line });
}

function unknownRules(sql: string): readonly Discovery[] {
  return allowancesIn(sql).flatMap(({ rules: names, line }) =>
    names
      .filter((name) => !isRule(name))
      .map((name): Discovery => {
        const close = nearest(name, Object.keys(rules));
        const hint = close === null ? '' : `; did you mean "${close}"?`;
        return {
          rule: 'unknown-rule',
          message: `There is no rule "${name}"${hint === '' ? '.' : hint}`,
          safer: null,
          at: { sql, statement: `-- headwater-lint: allow ${name}`, line },
        };
      }),
  );
}

async function longNames(sql: string, statements: readonly SqlStatement[]): Promise<readonly Discovery[]> {
  const tokens = statements.length === 0 ? [] : await scanSql(sql);
  const found = new Map<string, number>();
  for (const token of tokens) {
    const name = nameIn(token);
    if (name !== null && Buffer.byteLength(name) > longestName && !found.has(name)) found.set(name, token.line);
  }
  return [...found].map(([name, line]) => {
    // The statement it is in is the last that begins no later.
    const statement = statements.findLast((one) => one.line <= line) ?? statements[0];
    const message = `The name ${name} has ${Buffer.byteLength(name)} bytes; PostgreSQL cuts it after ${longestName}.`;
    const at: Place = { sql, statement: statement?.text ?? '', line: statement?.line ?? line };
    return { rule: 'identifier-too-long', message, safer: null, at };
  });
}

async function newer(sql: string, statements: readonly SqlStatement[], oldest: number): Promise<readonly Discovery[]> {
  const found = await newerSyntaxIn(statements, oldest);
  return found.map(({ statement, name, since, instead }) => ({
    rule: 'newer-syntax',
    message: `It uses ${name}, which PostgreSQL has since version ${since}; the oldest that is supported is ${oldest}.`,
    safer: instead,
    at: placeIn(sql)(statement),
  }));
}
