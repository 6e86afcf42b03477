import {
  defaultName,
  findObject,
  isNewTable,
  optionsIn,
  parseName,
  quoteName,
  relationName,
  unattributed,
} from '@headwater/kernel/internal/sql';
import type { StatementFinding } from '../finding.ts';
import type { AlterTableContext, StatementContext, StatementRule } from '../statement-rule.ts';
import { newConstraints } from './long-lock-constraint.ts';

/** Reports statements that scan or rebuild a whole table under a lock. */
export const longLock: StatementRule = {
  statement: maintenance,
  alterTable: (context) => [...setNotNull(context), ...newConstraints(context)],
};

/** Reports `cluster`, `vacuum full`, `reindex` and `refresh materialized view`. */
function maintenance({ statement: { node, text }, objects }: StatementContext): readonly StatementFinding[] {
  const locks = (object: string, message: string, safer: string | null): readonly StatementFinding[] =>
    isNewTable(objects, object) ? [] : [{ rule: 'long-lock', object, message, safer }];
  if ('ClusterStmt' in node) {
    const { relation } = node.ClusterStmt;
    const object = relation === undefined ? 'every table' : relationName(relation);
    return locks(object, `CLUSTER ${rewrites(object)}`, null);
  }
  if ('VacuumStmt' in node) {
    const isFull = optionsIn(node.VacuumStmt.options).some(({ defname }) => defname === 'full');
    const [first] = node.VacuumStmt.rels ?? [];
    const relation = first !== undefined && 'VacuumRelation' in first ? first.VacuumRelation.relation : undefined;
    const object = relation === undefined ? 'every table' : relationName(relation);
    return isFull ? locks(object, `VACUUM FULL ${rewrites(object)}`, `vacuum ${quoteName(object)};`) : [];
  }
  if ('ReindexStmt' in node) {
    const { params, relation, name } = node.ReindexStmt;
    if (optionsIn(params).some(({ defname }) => defname === 'concurrently')) return [];
    const object = relation === undefined ? (name ?? '') : relationName(relation);
    const message = `REINDEX of ${object} blocks writes, and reads that use the index, until it is done.`;
    const concurrent = text.replace(/^(reindex\s+(?:\([^)]*\)\s*)?\w+)/i, '$1 concurrently');
    return locks(object, message, `-- in a separate revision with transaction: false\n${concurrent};`);
  }
  if ('RefreshMatViewStmt' in node && node.RefreshMatViewStmt.concurrent !== true) {
    const { relation } = node.RefreshMatViewStmt;
    const object = relation === undefined ? '' : relationName(relation);
    const view = findObject(objects, { kind: 'view', name: object, table: null });
    if (view?.createdBy === unattributed.id) return [];
    const message = `REFRESH MATERIALIZED VIEW recomputes ${object} under an ACCESS EXCLUSIVE lock, blocking reads.`;
    return locks(object, message, `refresh materialized view concurrently ${quoteName(object)};`);
  }
  return [];
}

function rewrites(object: string): string {
  return `rewrites ${object} under an ACCESS EXCLUSIVE lock, blocking reads and writes.`;
}

function setNotNull(context: AlterTableContext): readonly StatementFinding[] {
  const { table, command } = context;
  const { subtype, name = '' } = command;
  if (subtype !== 'AT_SetNotNull' || isProvenNotNull(context)) return [];
  const object = `${table}.${name}`;
  const [on, column] = [quoteName(table), quoteName(name)];
  const check = quoteName(defaultName(parseName(table).name, name, 'not_null'));
  const message = `SET NOT NULL on ${object} scans the whole table under an ACCESS EXCLUSIVE lock, blocking reads and writes.`;
  const safer = [
    `alter table ${on} add constraint ${check} check (${column} is not null) not valid;`,
    '-- in the next revision, without blocking reads or writes:',
    `alter table ${on} validate constraint ${check};`,
    '-- in the revision after that:',
    `alter table ${on} alter column ${column} set not null;`,
    `alter table ${on} drop constraint ${check};`,
  ].join('\n');
  return [{ rule: 'long-lock', object, message, safer }];
}

/** Whether the column is already NOT NULL, or a validated check guarantees it: PostgreSQL then skips the scan. */
function isProvenNotNull({ objects, table, command: { name = '' } }: AlterTableContext): boolean {
  const column = findObject(objects, { kind: 'column', name, table });
  if (column?.notNull === true) return true;
  return objects
    .values()
    .some((one) => one.table === table && one.validated !== false && (one.proves?.includes(name) ?? false));
}
