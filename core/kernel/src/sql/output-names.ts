import type { Node } from 'libpg-query';
import { expressionName } from './expression-name.ts';

/**
 * Returns the names of the columns of a query, of which the first have other names in `aliases`; `null` if the query
 * has a `*`, or a source that does not list its columns.
 */
export function outputNames(query: Node | undefined, aliases: readonly string[]): readonly string[] | null {
  const names = namesIn(query);
  return names === null ? null : [...aliases, ...names.slice(aliases.length)];
}

function namesIn(query: Node | undefined): readonly string[] | null {
  if (query === undefined || !('SelectStmt' in query)) return null;
  const { larg, targetList, valuesLists } = query.SelectStmt;
  // The first query of a union names its columns.
  if (larg !== undefined) return namesIn({ SelectStmt: larg });
  if (valuesLists !== undefined || targetList === undefined) return null;
  const names = targetList.map((node) => {
    if (!('ResTarget' in node) || isStar(node.ResTarget.val)) return null;
    return node.ResTarget.name ?? expressionName(node.ResTarget.val) ?? '?column?';
  });
  return names.every((name) => name !== null) ? names : null;
}

function isStar(node: Node | undefined): boolean {
  const fields =
    node !== undefined && 'ColumnRef' in node
      ? node.ColumnRef.fields
      : node !== undefined && 'A_Indirection' in node
        ? node.A_Indirection.indirection
        : undefined;
  return fields?.some((field) => 'A_Star' in field) ?? false;
}
