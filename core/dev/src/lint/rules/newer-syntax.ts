import { nodesIn, scanSql, stringsIn, type SqlStatement } from '@headwater/kernel/internal/sql';
import type { RuleFinding } from '../finding.ts';
import { newerFunctions, newerSyntaxTable } from './newer-syntax-table.ts';

/** Reports syntax and functions that a server of major version `oldest` does not have, each once with all its places. */
export async function newerSyntax(
  sql: string,
  statements: readonly SqlStatement[],
  oldest: number,
): Promise<readonly RuleFinding[]> {
  const uses = Map.groupBy(await newerSyntaxIn(statements, oldest), ({ name }) => name);
  return Array.from(uses.values(), (all): RuleFinding[] => {
    const [first] = all;
    if (first === undefined) return [];
    const { statement, name, since, instead } = first;
    const message =
      `This uses ${name}, new in PostgreSQL ${since}; the oldest supported version is ${oldest}. To allow it, write ` +
      'anywhere in this SQL: -- headwater-lint: allow newer-syntax: <reason>';
    const at = { sql, statement: statement.text, line: statement.line };
    const alsoAt = [...new Set(all.slice(1).map((use) => use.statement.line))];
    return [{ rule: 'newer-syntax', object: null, message, safer: instead, at, alsoAt }];
  }).flat();
}

/** A use of newer syntax in a statement. */
export interface NewerSyntaxUse {
  readonly statement: SqlStatement;
  readonly name: string;
  /** The major version that introduced it. */
  readonly since: number;
  /** The equivalent for older servers; `null` if there is none to suggest. */
  readonly instead: string | null;
}

/** Finds the uses of newer syntax that {@link newerSyntaxTable} and {@link newerFunctions} list. */
export async function newerSyntaxIn(
  statements: readonly SqlStatement[],
  oldest: number,
): Promise<readonly NewerSyntaxUse[]> {
  const found: NewerSyntaxUse[] = [];
  for (const statement of statements) {
    const nodes = nodesIn(statement.node);
    const rows = newerSyntaxTable.filter(({ since, matches }) => since > oldest && nodes.some(matches));
    found.push(...rows.map(({ name, since, instead }) => ({ statement, name, since, instead })));
    const called = nodes.flatMap((node) =>
      'FuncCall' in node ? [stringsIn(node.FuncCall.funcname).at(-1) ?? ''] : [],
    );
    for (const name of new Set(called)) {
      const since = newerFunctions.get(name) ?? 0;
      if (since > oldest) found.push({ statement, name: `${name}()`, since, instead: null });
    }
    if (oldest < 16 && (await hasNewNumber(statement.text))) {
      found.push({ statement, name: 'numbers like 0xff and 1_000', since: 16, instead: '255, 1000' });
    }
  }
  return found;
}

async function hasNewNumber(text: string): Promise<boolean> {
  const tokens = await scanSql(text);
  return tokens.some(({ kind, text: word }) => (kind === 'ICONST' || kind === 'FCONST') && /^0[xob]|_/i.test(word));
}
