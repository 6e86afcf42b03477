import type { Node } from 'libpg-query';
import { namedObject } from './named-object.ts';
import { noScope, readQuery, tableScope } from './query.ts';
import { readSequenceOwner } from './sequence-owner.ts';
import { schemaObject, tablePart, type SqlObject } from './sql-object.ts';
import { needRelation, type EffectsDraft } from './statement-effects.ts';
import { nameFromNodes, relationName } from './syntax-tree.ts';

/** Reads an `alter` of anything but a table, except renames. Returns whether the statement is such an `alter`. */
export function readAlterOther(node: Node, draft: EffectsDraft): boolean {
  const changed = changedObject(node, draft);
  if (changed === null) return false;
  draft.needs.push(changed);
  draft.changes.push(changed);
  return true;
}

function changedObject(node: Node, draft: EffectsDraft): SqlObject | null {
  if ('AlterEnumStmt' in node) {
    const { typeName, oldVal: from = null, newVal: to = '' } = node.AlterEnumStmt;
    return { ...schemaObject('type', nameFromNodes(typeName)), value: { from, to } };
  }
  if ('AlterTypeStmt' in node) return schemaObject('type', nameFromNodes(node.AlterTypeStmt.typeName));
  if ('AlterDomainStmt' in node) {
    const { subtype, typeName, def } = node.AlterDomainStmt;
    readQuery(def, noScope, draft);
    // `C` adds a constraint, `O` sets not null.
    const isConstrained = subtype === 'C' || subtype === 'O';
    return { ...schemaObject('type', nameFromNodes(typeName)), ...(isConstrained && { constrained: true }) };
  }
  if ('AlterSeqStmt' in node) {
    const { sequence, options } = node.AlterSeqStmt;
    const name = sequence === undefined ? '' : relationName(sequence);
    return { ...schemaObject('sequence', name), ...readSequenceOwner(options, draft) };
  }
  if ('AlterFunctionStmt' in node) return schemaObject('function', nameFromNodes(node.AlterFunctionStmt.func?.objname));
  if ('AlterPolicyStmt' in node) {
    const { table: relation, policy_name: name = '', qual, with_check: check } = node.AlterPolicyStmt;
    const table = needRelation(relation, draft);
    readQuery([qual, check], tableScope(table), draft);
    return tablePart('policy', table, name);
  }
  if ('AlterOwnerStmt' in node) {
    const { objectType, object, relation } = node.AlterOwnerStmt;
    return relation === undefined ? namedObject(objectType, object) : schemaObject('table', relationName(relation));
  }
  if ('AlterExtensionStmt' in node) return schemaObject('extension', node.AlterExtensionStmt.extname ?? '');
  if ('AlterStatsStmt' in node) return schemaObject('statistics', nameFromNodes(node.AlterStatsStmt.defnames));
  return null;
}
