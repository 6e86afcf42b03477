import type { Node, RangeVar } from 'libpg-query';
import { parseName } from './qualified-name.ts';
import type { SqlObject } from './sql-object.ts';
import { nodesIn, stringsIn } from './syntax-tree.ts';

/** The schema of temporary objects, as SQL names it. */
const temporarySchema = 'pg_temp';

/** Whether an object is temporary, or is in a temporary table. */
export function isTemporary({ name, table }: Pick<SqlObject, 'name' | 'table'>): boolean {
  return parseName(table ?? name).schema === temporarySchema;
}

/**
 * Writes the schema `pg_temp` into a statement that creates a temporary relation, and wherever a statement means one.
 * Temporary objects hide others of their name, belong to no plugin, and end with the revision. `names` holds the
 * relations that are temporary before the statement, and afterwards those that are temporary after it. The tree is
 * changed in place, since the caller has just parsed it.
 */
export function qualifyTemporary(node: Node, names: Set<string>): void {
  const target = createdRelation(node);
  if (names.size > 0) qualifyReferences(node, target, names);
  if ('IndexStmt' in node && node.IndexStmt.relation?.schemaname === temporarySchema) {
    if (node.IndexStmt.idxname !== undefined) names.add(node.IndexStmt.idxname);
  }
  if ('RenameStmt' in node && node.RenameStmt.relation?.schemaname === temporarySchema) {
    const { subname, newname } = node.RenameStmt;
    if (subname === undefined && newname !== undefined) names.add(newname);
  }
  if (target === undefined) return;
  const isView = 'ViewStmt' in node && relationsIn(node).some(({ schemaname }) => schemaname === temporarySchema);
  if (target.relpersistence === 't' || isView) target.schemaname = temporarySchema;
  if (target.schemaname === temporarySchema && target.relname !== undefined) names.add(target.relname);
}

/** Returns the relation that a statement creates. */
function createdRelation(node: Node): RangeVar | undefined {
  if ('CreateStmt' in node) return node.CreateStmt.relation;
  if ('CreateTableAsStmt' in node) return node.CreateTableAsStmt.into?.rel;
  if ('SelectStmt' in node) return node.SelectStmt.intoClause?.rel;
  if ('ViewStmt' in node) return node.ViewStmt.view;
  if ('CreateSeqStmt' in node) return node.CreateSeqStmt.sequence;
  if ('CreateForeignTableStmt' in node) return node.CreateForeignTableStmt.base?.relation;
  return 'CompositeTypeStmt' in node ? node.CompositeTypeStmt.typevar : undefined;
}

function qualifyReferences(node: Node, target: RangeVar | undefined, names: Set<string>): void {
  const queries = new Set(nodesIn(node).flatMap((one: object) => ('ctename' in one ? [one.ctename] : [])));
  for (const relation of relationsIn(node)) {
    const { schemaname, relname = '' } = relation;
    const isReference = relation !== target && schemaname === undefined && !queries.has(relname);
    if (isReference && names.has(relname)) relation.schemaname = temporarySchema;
  }
  if (!('DropStmt' in node)) return;
  for (const object of node.DropStmt.objects ?? []) {
    const items = 'List' in object ? (object.List.items ?? []) : [];
    const [first = ''] = stringsIn(items);
    // A name of two parts is that of a trigger, a policy or a rule, after its table.
    const isPart = /TRIGGER|POLICY|RULE/.test(node.DropStmt.removeType ?? '');
    if (items.length !== (isPart ? 2 : 1) || !names.has(first)) continue;
    items.unshift({ String: { sval: temporarySchema } });
    if (!isPart) names.delete(first);
  }
}

/** Returns the relations that a tree names. Some fields hold one without the key of its kind. */
function relationsIn(node: Node): readonly RangeVar[] {
  return nodesIn(node).flatMap((one) => (isRelation(one) ? [one] : []));
}

function isRelation(one: object): one is RangeVar {
  return 'relname' in one && 'relpersistence' in one;
}
