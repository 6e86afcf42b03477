import type { Node } from 'libpg-query';
import { namedObject } from './named-object.ts';
import { noScope, readQuery } from './query.ts';
import { schemaObject } from './sql-object.ts';
import { needRelation, type EffectsDraft } from './statement-effects.ts';
import { nodeKind } from './syntax-tree.ts';

/**
 * Reads a statement that needs objects but changes none: comments, grants, locks, `refresh`, `reindex`, `cluster` and
 * `vacuum`. Any other `create` or `alter` is scanned for the names in it; any other statement has no effects.
 */
export function readMaintenance(node: Node, draft: EffectsDraft): void {
  if ('CommentStmt' in node) draft.needs.push(namedObject(node.CommentStmt.objtype, node.CommentStmt.object));
  else if ('GrantStmt' in node) {
    for (const one of node.GrantStmt.objects ?? []) {
      if ('RangeVar' in one) needRelation(one.RangeVar, draft);
      else draft.needs.push(namedObject(node.GrantStmt.objtype, one));
    }
  } else if ('RefreshMatViewStmt' in node) {
    const { relation, skipData } = node.RefreshMatViewStmt;
    const view = schemaObject('view', needRelation(relation, draft, 'view'));
    draft.refreshes.push({ ...view, populated: skipData !== true });
  } else if ('LockStmt' in node) for (const one of node.LockStmt.relations ?? []) readQuery(one, noScope, draft);
  else if ('ReindexStmt' in node) {
    const { kind, relation } = node.ReindexStmt;
    if (relation !== undefined) needRelation(relation, draft, kind === 'REINDEX_OBJECT_INDEX' ? 'index' : 'table');
  } else if ('ClusterStmt' in node) {
    if (node.ClusterStmt.relation !== undefined) needRelation(node.ClusterStmt.relation, draft);
  } else if ('VacuumStmt' in node) {
    const relations = (node.VacuumStmt.rels ?? []).map((one) => ('VacuumRelation' in one ? one.VacuumRelation : {}));
    for (const { relation } of relations) if (relation !== undefined) needRelation(relation, draft);
  } else if (/^(?:Create|Alter)/.test(nodeKind(node))) readQuery(node, noScope, draft);
}
