import { elements, findObject, isNewTable, relationName } from '@headwater/kernel/internal';
import { quoteName, type Danger, type Step } from './danger.ts';

/** What a statement of upkeep holds up: `cluster`, `vacuum full`, `reindex`, `refresh materialized view`. */
export function lockDangers({ statement: { node, text }, objects }: Step): readonly Danger[] {
  const locked = (object: string, what: string, safer: string | null): readonly Danger[] =>
    isNewTable(objects, object)
      ? []
      : [{ rule: 'long-lock', object, message: `${what}, while nobody else can use it.`, safer }];
  if ('ClusterStmt' in node) {
    const { relation } = node.ClusterStmt;
    const object = relation === undefined ? 'every table' : relationName(relation);
    return locked(object, `CLUSTER writes ${object} anew`, null);
  }
  if ('VacuumStmt' in node) {
    const isFull = elements(node.VacuumStmt.options).some(({ defname }) => defname === 'full');
    const [first] = node.VacuumStmt.rels ?? [];
    const relation = first !== undefined && 'VacuumRelation' in first ? first.VacuumRelation.relation : undefined;
    const object = relation === undefined ? 'every table' : relationName(relation);
    return isFull ? locked(object, `VACUUM FULL writes ${object} anew`, `vacuum ${quoteName(object)};`) : [];
  }
  if ('ReindexStmt' in node) {
    const { params, relation, name } = node.ReindexStmt;
    if (elements(params).some(({ defname }) => defname === 'concurrently')) return [];
    const object = relation === undefined ? (name ?? '') : relationName(relation);
    const safer = `-- a revision of its own with transaction: false\n${text.replace(/^(reindex\s+(?:\([^)]*\)\s*)?\w+)/i, '$1 concurrently')};`;
    return locked(object, `REINDEX builds ${object} anew`, safer);
  }
  if ('RefreshMatViewStmt' in node && node.RefreshMatViewStmt.concurrent !== true) {
    const { relation } = node.RefreshMatViewStmt;
    const object = relation === undefined ? '' : relationName(relation);
    const view = findObject(objects, { kind: 'view', name: object, table: null });
    if (view?.createdBy === '') return [];
    return locked(
      object,
      `All of ${object} is worked out`,
      `refresh materialized view concurrently ${quoteName(object)};`,
    );
  }
  return [];
}
