import type { Node } from 'libpg-query';
import { noScope, readQuery, tableScope } from './query.ts';
import { schemaObject, tablePart } from './sql-object.ts';
import { needRelation, type EffectsDraft } from './statement-effects.ts';
import { nodesIn, relationName, relationNames, stringsIn } from './syntax-tree.ts';

/** Reads a statement that queries or changes rows. Returns whether the statement is one. */
export function readDataStatement(node: Node, draft: EffectsDraft): boolean {
  if ('SelectStmt' in node) {
    const { intoClause, ...select } = node.SelectStmt;
    const called = readQuery({ SelectStmt: select }, noScope, draft);
    if (intoClause?.rel !== undefined) draft.creates.push(schemaObject('table', relationName(intoClause.rel)));
    const [first] = called;
    if (setsSearchPath(select)) draft.opaque = 'search_path decides where later names are looked up';
    if (first !== undefined) draft.opaque = `the function ${first} may do anything`;
  } else if ('InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node) {
    readQuery(node, noScope, draft);
  } else if ('TruncateStmt' in node) {
    draft.cascade = node.TruncateStmt.behavior === 'DROP_CASCADE';
    for (const table of relationNames(node.TruncateStmt.relations)) {
      draft.needs.push(schemaObject('table', table));
      draft.writes.add(table);
    }
  } else if ('CopyStmt' in node) {
    const { relation, attlist, is_from: isFrom, query, whereClause } = node.CopyStmt;
    readQuery(query, noScope, draft);
    if (relation === undefined) return true;
    const table = needRelation(relation, draft);
    for (const column of stringsIn(attlist)) draft.needs.push(tablePart('column', table, column));
    readQuery(whereClause, tableScope(table), draft);
    if (isFrom === true) draft.writes.add(table);
  } else if ('ExplainStmt' in node) {
    const { query, options = [] } = node.ExplainStmt;
    const runs = options.some((option) => 'DefElem' in option && option.DefElem.defname === 'analyze');
    readQuery(query, noScope, draft);
    if (!runs) draft.writes.clear();
  } else if ('PrepareStmt' in node) {
    readQuery(node.PrepareStmt.query, noScope, draft);
    draft.writes.clear();
  } else return false;
  return true;
}

function setsSearchPath(select: unknown): boolean {
  return nodesIn(select).some((node) => {
    if (!('FuncCall' in node) || stringsIn(node.FuncCall.funcname).at(-1) !== 'set_config') return false;
    const [name] = node.FuncCall.args ?? [];
    return name !== undefined && 'A_Const' in name && name.A_Const.sval?.sval?.toLowerCase() === 'search_path';
  });
}
