import type { Node } from 'libpg-query';
import { standing, within, type Draft } from './statement-effects.ts';
import { namedObject } from './named-object.ts';
import { nameOf, relationName, tagOf } from './qualified-name.ts';
import { needed, ownerIn } from './node-parts.ts';
import { noScope, readQuery, tableScope } from './query.ts';
import type { SqlObject } from './sql-object.ts';

/** Notes what changes something that is there, or only reads it. */
export function readChange(node: Node, draft: Draft): void {
  const change = (object: SqlObject): void => {
    draft.needs.push(object);
    draft.changes.push(object);
  };
  if ('AlterEnumStmt' in node) {
    const { typeName, oldVal: from = null, newVal: to = '' } = node.AlterEnumStmt;
    change({ ...standing('type', nameOf(typeName)), value: { from, to } });
  } else if ('AlterTypeStmt' in node) change(standing('type', nameOf(node.AlterTypeStmt.typeName)));
  else if ('AlterDomainStmt' in node) {
    readQuery(node.AlterDomainStmt.def, noScope, draft);
    change(standing('type', nameOf(node.AlterDomainStmt.typeName)));
  } else if ('AlterSeqStmt' in node) {
    const { sequence, options } = node.AlterSeqStmt;
    const name = sequence === undefined ? '' : relationName(sequence);
    change({ ...standing('sequence', name), ...ownerIn(options, draft) });
  } else if ('AlterFunctionStmt' in node) change(standing('function', nameOf(node.AlterFunctionStmt.func?.objname)));
  else if ('AlterPolicyStmt' in node) {
    const { table: relation, policy_name: name = '', qual, with_check: check } = node.AlterPolicyStmt;
    const table = needed(relation, draft);
    readQuery([qual, check], tableScope(table), draft);
    change(within('policy', table, name));
  } else if ('AlterOwnerStmt' in node) {
    const { objectType, object, relation } = node.AlterOwnerStmt;
    change(relation === undefined ? namedObject(objectType, object) : standing('table', relationName(relation)));
  } else if ('AlterExtensionStmt' in node) change(standing('extension', node.AlterExtensionStmt.extname ?? ''));
  else if ('AlterStatsStmt' in node) change(standing('statistics', nameOf(node.AlterStatsStmt.defnames)));
  else if ('CommentStmt' in node) draft.needs.push(namedObject(node.CommentStmt.objtype, node.CommentStmt.object));
  else if ('GrantStmt' in node) {
    for (const one of node.GrantStmt.objects ?? []) {
      if ('RangeVar' in one) needed(one.RangeVar, draft);
      else draft.needs.push(namedObject(node.GrantStmt.objtype, one));
    }
  } else if ('RefreshMatViewStmt' in node) needed(node.RefreshMatViewStmt.relation, draft, 'view');
  else if ('LockStmt' in node) for (const one of node.LockStmt.relations ?? []) readQuery(one, noScope, draft);
  else readNamed(node, draft);
}

/** What does no more than work on a relation. */
function readNamed(node: Node, draft: Draft): void {
  if ('ReindexStmt' in node) {
    const { kind, relation } = node.ReindexStmt;
    if (relation !== undefined) needed(relation, draft, kind === 'REINDEX_OBJECT_INDEX' ? 'index' : 'table');
  } else if ('ClusterStmt' in node) {
    if (node.ClusterStmt.relation !== undefined) needed(node.ClusterStmt.relation, draft);
  } else if ('VacuumStmt' in node) {
    for (const one of node.VacuumStmt.rels ?? []) {
      if ('VacuumRelation' in one && one.VacuumRelation.relation !== undefined)
        needed(one.VacuumRelation.relation, draft);
    }
  } else if (tagOf(node).startsWith('Create') || tagOf(node).startsWith('Alter')) {
    readQuery(node, noScope, draft);
  }
}
