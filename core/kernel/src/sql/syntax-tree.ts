import type { DefElem, Node, RangeVar } from 'libpg-query';
import { nameText, qualifiedName } from './qualified-name.ts';

/** Returns every node below `root`, in no particular order. Iterative, since a tree may be deeper than the stack. */
export function nodesIn(root: unknown): readonly Node[] {
  const nodes: Node[] = [];
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    // A node is an object with one key, its kind. Other objects also match, which is harmless: they lack the keys of
    // nodes.
    if (!Array.isArray(value)) nodes.push(value as Node);
    // Items are pushed one by one, because a list may be longer than the number of arguments that a call accepts.
    for (const [, inside] of Object.entries(value) as [string, unknown][]) left.push(inside);
  }
  return nodes;
}

/** Returns the kind of a node: `SelectStmt`. */
export function nodeKind(node: Node | undefined): string {
  return node === undefined ? '' : (Object.keys(node)[0] ?? '');
}

/** Returns the strings in a list of nodes. The parser represents the parts of a name in this form. */
export function stringsIn(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** Returns the name whose parts are in a list of nodes. A database name before the schema is ignored. */
export function nameFromNodes(nodes: readonly Node[] | undefined): string {
  const parts = stringsIn(nodes);
  return nameText(qualifiedName(parts.at(-2), parts.at(-1) ?? ''));
}

/** Returns the name of a table or another relation. */
export function relationName({ schemaname, relname = '' }: RangeVar): string {
  return nameText(qualifiedName(schemaname, relname));
}

/** Returns the names of the relations in a list. */
export function relationNames(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('RangeVar' in node ? [relationName(node.RangeVar)] : []));
}

/** Returns the options in a list. */
export function optionsIn(nodes: readonly Node[] | undefined): readonly DefElem[] {
  return (nodes ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []));
}

/** Returns the values of the options with one of these names. */
export function optionValues(nodes: readonly Node[] | undefined, names: readonly string[]): readonly Node[] {
  return optionsIn(nodes).flatMap(({ defname = '', arg }) =>
    arg !== undefined && names.includes(defname) ? [arg] : [],
  );
}

/** Whether an expression is the constant null. */
export function isNullConstant(expression: Node | undefined): boolean {
  if (expression === undefined) return true;
  if ('TypeCast' in expression) return isNullConstant(expression.TypeCast.arg);
  return 'A_Const' in expression && expression.A_Const.isnull === true;
}
