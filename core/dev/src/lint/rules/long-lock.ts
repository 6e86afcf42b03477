import {
  findObject,
  isCreatedInSameSql,
  nameFromNodes,
  optionsIn,
  parseName,
  quoteName,
  relationName,
  relationNames,
  unattributed,
} from '@headwater/kernel/internal/sql';
import type { StatementFinding } from '../finding.ts';
import { clauseAt, withoutName } from '../source-text.ts';
import type { AlterTableContext, StatementContext, StatementRule } from '../statement-rule.ts';
import { newConstraints, requiredColumn } from './long-lock-constraint.ts';
import { attachedPartition, createdPartition, defaultPartition, detachedPartition } from './long-lock-partition.ts';

/** Reports statements that scan or rebuild a whole table under a lock, or that hold one. */
export const longLock: StatementRule = {
  statement: (context) => [
    ...maintenance(context),
    ...refresh(context),
    ...lockedTables(context),
    ...domain(context),
    ...createdPartition(context),
  ],
  alterTable: (context) => [
    ...notNull(context),
    ...newConstraints(context),
    ...attachedPartition(context),
    ...defaultPartition(context),
    ...detachedPartition(context),
  ],
};

/** Reports `cluster`, `vacuum full` and `reindex`. */
function maintenance({ statement: { node, text }, isInUse }: StatementContext): readonly StatementFinding[] {
  const locks = (object: string, message: string, safer: string | null): readonly StatementFinding[] =>
    isInUse(object) ? [{ rule: 'long-lock', object, message, safer }] : [];
  if ('ClusterStmt' in node) {
    const { relation } = node.ClusterStmt;
    const object = relation === undefined ? 'every table' : relationName(relation);
    return locks(object, `CLUSTER ${rewrites(object)}`, null);
  }
  if ('VacuumStmt' in node) {
    const isFull = optionsIn(node.VacuumStmt.options).some(({ defname }) => defname === 'full');
    if (!isFull) return [];
    const tables = (node.VacuumStmt.rels ?? []).flatMap((one) =>
      'VacuumRelation' in one && one.VacuumRelation.relation !== undefined
        ? [relationName(one.VacuumRelation.relation)]
        : [],
    );
    if (tables.length === 0) return locks('every table', `VACUUM FULL ${rewrites('every table')}`, 'vacuum;');
    return tables.flatMap((table) => locks(table, `VACUUM FULL ${rewrites(table)}`, `vacuum ${quoteName(table)};`));
  }
  if (!('ReindexStmt' in node)) return [];
  const { params, relation, name, kind } = node.ReindexStmt;
  if (optionsIn(params).some(({ defname }) => defname === 'concurrently')) return [];
  const object = relation === undefined ? (name ?? 'every table') : relationName(relation);
  const message = `REINDEX of ${object} blocks writes, and reads that use the index, until it is done.`;
  const concurrent = text.replace(/^(reindex\s+(?:\([^)]*\)\s*)?\w+)/i, '$1 concurrently');
  // PostgreSQL rebuilds its own catalogs only under locks.
  const safer =
    kind === 'REINDEX_OBJECT_SYSTEM' ? null : `-- in a separate revision with transaction: false\n${concurrent};`;
  return locks(object, message, safer);
}

function rewrites(object: string): string {
  return `rewrites ${object} under an ACCESS EXCLUSIVE lock, blocking reads and writes.`;
}

function refresh({ statement: { node, text }, objects, isInUse }: StatementContext): readonly StatementFinding[] {
  if (!('RefreshMatViewStmt' in node)) return [];
  const { relation, concurrent, skipData } = node.RefreshMatViewStmt;
  const object = relation === undefined ? '' : relationName(relation);
  const view = findObject(objects, { kind: 'view', name: object, table: null });
  if (concurrent === true || skipData === true || view?.createdBy === unattributed.id || !isInUse(object)) return [];
  // Nobody can read a view without data, and PostgreSQL refuses to refresh it concurrently.
  if (view?.populated === false) return [];
  const message = `REFRESH MATERIALIZED VIEW recomputes ${object} under an ACCESS EXCLUSIVE lock, blocking reads.`;
  const refreshed = `${text.replace(/\bview\b/i, 'view concurrently')};`;
  const hasKey = objects
    .values()
    .some(({ kind, table, form }) => kind === 'index' && table === object && form === 'unique');
  const key = `-- ${object} needs a unique index over columns first:\ncreate unique index on ${quoteName(object)} (…);\n`;
  return [{ rule: 'long-lock', object, message, safer: `${hasKey ? '' : key}${refreshed}` }];
}

/** The modes of `lock table` that keep others from writing, with their articles, by PostgreSQL's number. */
const blockingModes: ReadonlyMap<number, string> = new Map([
  [5, 'a SHARE'],
  [6, 'a SHARE ROW EXCLUSIVE'],
  [7, 'an EXCLUSIVE'],
  [8, 'an ACCESS EXCLUSIVE'],
]);

function lockedTables({ statement: { node }, isInUse }: StatementContext): readonly StatementFinding[] {
  if (!('LockStmt' in node)) return [];
  const { relations, mode = 8 } = node.LockStmt;
  const name = blockingModes.get(mode);
  if (name === undefined) return [];
  return relationNames(relations)
    .filter(isInUse)
    .map((object) => {
      const blocks = mode === 8 ? 'reads and writes' : 'writes';
      const message = `LOCK TABLE holds ${name} lock on ${object} until the revision ends, blocking ${blocks}.`;
      return { rule: 'long-lock', object, message, safer: null };
    });
}

/** Reports new and validated constraints of domains: PostgreSQL checks every column of the domain. */
function domain({ sql, statement: { node }, objects }: StatementContext): readonly StatementFinding[] {
  if (!('AlterDomainStmt' in node)) return [];
  const { subtype, typeName, def } = node.AlterDomainStmt;
  const object = nameFromNodes(typeName);
  const constraint = def !== undefined && 'Constraint' in def ? def.Constraint : undefined;
  const isNotNull = subtype === 'O' || constraint?.contype === 'CONSTR_NOTNULL';
  if (isCreatedInSameSql(objects, { kind: 'type', name: object, table: null })) return [];
  if (subtype === 'V') {
    const message =
      `VALIDATE CONSTRAINT checks every row of each table with a column of the domain ${object}. Before PostgreSQL 18 ` +
      'that blocks writes.';
    return [{ rule: 'long-lock', object, message, safer: null }];
  }
  if ((subtype !== 'O' && subtype !== 'C') || constraint?.skip_validation === true) return [];
  const message = `This checks every row of each table with a column of the domain ${object}, blocking writes.`;
  // PostgreSQL may already have chosen the shorter name for the first check of the domain.
  const isFirst = findObject(objects, { kind: 'type', name: object, table: null })?.constrained !== true;
  const label = isNotNull ? 'not_null' : isFirst ? 'check' : 'added_check';
  const name = quoteName(constraint?.conname ?? `${parseName(object).name}_${label}`);
  const check = isNotNull ? 'check (value is not null)' : withoutName(clauseAt(sql, constraint?.location));
  const safer = [
    `alter domain ${quoteName(object)} add constraint ${name} ${check} not valid;`,
    '-- in the next revision. PostgreSQL 18 does not block reads or writes; older versions block writes:',
    `alter domain ${quoteName(object)} validate constraint ${name};`,
  ].join('\n');
  return [{ rule: 'long-lock', object, message, safer }];
}

function notNull(context: AlterTableContext): readonly StatementFinding[] {
  const { subtype, name = '' } = context.command;
  return subtype === 'AT_SetNotNull' ? requiredColumn(context, name) : [];
}
