import type { Node, ObjectType } from 'libpg-query';
import { schemaObject, tableKinds, tablePart, type SqlKind, type SqlObject } from './sql-object.ts';
import { nameFromNodes, stringsIn } from './syntax-tree.ts';

const kinds: Partial<Readonly<Record<ObjectType, SqlKind>>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'view',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_INDEX: 'index',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'type',
  OBJECT_SCHEMA: 'schema',
  OBJECT_EXTENSION: 'extension',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'function',
  OBJECT_ROUTINE: 'function',
  OBJECT_AGGREGATE: 'function',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_COLUMN: 'column',
  OBJECT_ATTRIBUTE: 'column',
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
};

/** Returns the kind for an object type of PostgreSQL; `other` for the types that schemas seldom contain. */
export function sqlKind(type: ObjectType | undefined): SqlKind {
  return (type === undefined ? undefined : kinds[type]) ?? 'other';
}

/** Returns the object of `type` that a node names, as in `drop` and `comment on`. */
export function namedObject(type: ObjectType | undefined, node: Node | undefined): SqlObject {
  const kind = sqlKind(type);
  const parts = namePartsIn(node);
  if (kind === 'other') {
    const typeName = (type ?? '').replace('OBJECT_', '').replaceAll('_', ' ').toLowerCase();
    return schemaObject(kind, `${typeName} ${nameFromNodes(parts)}`.trimEnd());
  }
  return tableKinds.has(kind)
    ? tablePart(kind, nameFromNodes(parts.slice(0, -1)), stringsIn(parts).at(-1) ?? '')
    : schemaObject(kind, nameFromNodes(parts));
}

function namePartsIn(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  if ('List' in node) {
    return (node.List.items ?? []).flatMap((item) => ('TypeName' in item ? namePartsIn(item) : [item]));
  }
  if ('TypeName' in node) return node.TypeName.names ?? [];
  if ('ObjectWithArgs' in node) return node.ObjectWithArgs.objname ?? [];
  return 'String' in node ? [node] : [];
}
