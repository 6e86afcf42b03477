import type { Node, ObjectType } from 'libpg-query';
import { standing, within } from './statement-effects.ts';
import { nameOf, stringsIn } from './qualified-name.ts';
import type { SqlKind, SqlObject } from './sql-object.ts';

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

/** Our kind for one of PostgreSQL's; `other` for what a schema is seldom made of. */
export function kindOf(type: ObjectType | undefined): SqlKind {
  return (type === undefined ? undefined : kinds[type]) ?? 'other';
}

/** What a node names that stands for an object of `type`, as `drop` and `comment on` write it. */
export function namedObject(type: ObjectType | undefined, node: Node | undefined): SqlObject {
  const kind = kindOf(type);
  const parts = partsOf(node);
  if (kind === 'other') {
    const what = (type ?? '').replace('OBJECT_', '').replaceAll('_', ' ').toLowerCase();
    return standing(kind, `${what} ${nameOf(parts)}`.trimEnd());
  }
  const isInside = ['column', 'constraint', 'trigger', 'policy', 'rule'].includes(kind);
  return isInside
    ? within(kind, nameOf(parts.slice(0, -1)), stringsIn(parts).at(-1) ?? '')
    : standing(kind, nameOf(parts));
}

function partsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  if ('List' in node) return (node.List.items ?? []).flatMap((item) => ('TypeName' in item ? partsOf(item) : [item]));
  if ('TypeName' in node) return node.TypeName.names ?? [];
  if ('ObjectWithArgs' in node) return node.ObjectWithArgs.objname ?? [];
  return 'String' in node ? [node] : [];
}
