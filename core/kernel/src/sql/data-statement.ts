import type { Node } from 'libpg-query';
import { standing, within, type Draft } from './statement-effects.ts';
import { relationName, stringsIn } from './qualified-name.ts';
import { needed, relationsIn } from './node-parts.ts';
import { noScope, readQuery, tableScope } from './query.ts';
import { nodesIn } from './syntax-tree.ts';

/** Notes what queries read, and what changes rows. Gives whether it is one of those. */
export function readRows(node: Node, draft: Draft): boolean {
  if ('SelectStmt' in node) {
    const { intoClause, ...select } = node.SelectStmt;
    const called = readQuery({ SelectStmt: select }, noScope, draft);
    if (intoClause?.rel !== undefined) draft.creates.push(standing('table', relationName(intoClause.rel)));
    const [first] = called;
    if (setsSearchPath(select)) draft.opaque = 'search_path decides where the names after it are looked up';
    if (first !== undefined) draft.opaque = `the function ${first} may do anything`;
  } else if ('InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node) {
    readQuery(node, noScope, draft);
  } else if ('TruncateStmt' in node) {
    draft.cascade = node.TruncateStmt.behavior === 'DROP_CASCADE';
    for (const table of relationsIn(node.TruncateStmt.relations)) {
      draft.needs.push(standing('table', table));
      draft.writes.add(table);
    }
  } else if ('CopyStmt' in node) {
    const { relation, attlist, is_from: isFrom, query, whereClause } = node.CopyStmt;
    readQuery(query, noScope, draft);
    if (relation === undefined) return true;
    const table = needed(relation, draft);
    for (const column of stringsIn(attlist)) draft.needs.push(within('column', table, column));
    readQuery(whereClause, tableScope(table), draft);
    if (isFrom === true) draft.writes.add(table);
  } else if ('ExplainStmt' in node) {
    const { query, options = [] } = node.ExplainStmt;
    const runs = options.some((option) => 'DefElem' in option && option.DefElem.defname === 'analyze');
    readQuery(query, noScope, draft);
    if (!runs) draft.writes.clear();
  } else if ('PrepareStmt' in node) readQuery(node.PrepareStmt.query, noScope, draft);
  else return false;
  return true;
}

function setsSearchPath(select: unknown): boolean {
  return nodesIn(select).some((node) => {
    if (!('FuncCall' in node) || stringsIn(node.FuncCall.funcname).at(-1) !== 'set_config') return false;
    const [name] = node.FuncCall.args ?? [];
    return name !== undefined && 'A_Const' in name && name.A_Const.sval?.sval?.toLowerCase() === 'search_path';
  });
}
