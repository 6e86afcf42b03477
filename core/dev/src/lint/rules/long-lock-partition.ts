import type { PartitionBoundSpec } from 'libpg-query';
import {
  defaultName,
  lookupKey,
  parseName,
  quoteIdentifier,
  quoteLiteral,
  quoteName,
  relationName,
  relationNames,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';
import type { StatementFinding } from '../finding.ts';
import { addValidated } from '../safer-sql.ts';
import { clauseAt, inParentheses } from '../source-text.ts';
import type { AlterTableContext, StatementContext } from '../statement-rule.ts';

/** Reports `attach partition` for a table whose rows PostgreSQL has to check against the bounds. */
export function attachedPartition(context: AlterTableContext): readonly StatementFinding[] {
  const { command, table, objects, isInUse } = context;
  const { subtype, def } = command;
  if (subtype !== 'AT_AttachPartition' || def === undefined || !('PartitionCmd' in def)) return [];
  const { name: relation, bound } = def.PartitionCmd;
  const partition = relation === undefined ? '' : relationName(relation);
  if (!isInUse(partition)) return [];
  const key = objects.get(lookupKey({ kind: 'table', name: table, table: null }))?.partitionKey ?? [];
  if (key.length > 0 && hasCheck(objects, partition, key)) return [];
  const message = `ATTACH PARTITION checks every row of ${partition} under an ACCESS EXCLUSIVE lock, blocking reads and writes.`;
  const check = bound === undefined ? null : boundCheck(context, bound, key);
  const name = defaultName(parseName(partition).name, null, 'bound');
  const safer =
    check === null
      ? null
      : [
          addValidated(partition, name, `check (${check})`),
          '-- in the revision after that, PostgreSQL does not check the rows again:',
          `${context.statement.text};`,
          `alter table ${quoteName(partition)} drop constraint ${quoteIdentifier(name)};`,
        ].join('\n');
  return [{ rule: 'long-lock', object: partition, message, safer }];
}

/** Reports `create table … partition of` a table whose default partition PostgreSQL has to check. */
export function createdPartition({ statement: { node }, ...context }: StatementContext): readonly StatementFinding[] {
  if (!('CreateStmt' in node)) return [];
  const { partbound: bound, inhRelations: parents = [] } = node.CreateStmt;
  const [parent] = relationNames(parents);
  return bound === undefined || parent === undefined ? [] : checkedDefault(context, parent, bound);
}

/** Reports `attach partition` to a table whose default partition PostgreSQL has to check. */
export function defaultPartition({
  command: { subtype, def },
  table,
  ...context
}: AlterTableContext): readonly StatementFinding[] {
  if (subtype !== 'AT_AttachPartition' || def === undefined || !('PartitionCmd' in def)) return [];
  const { bound } = def.PartitionCmd;
  return bound === undefined ? [] : checkedDefault(context, table, bound);
}

function checkedDefault(
  { objects, isInUse }: Pick<StatementContext, 'objects' | 'isInUse'>,
  parent: string,
  bound: PartitionBoundSpec,
): readonly StatementFinding[] {
  const found = objects.values().find((one) => one.partitionOf === parent && one.defaultPartition === true);
  if (bound.is_default === true || found === undefined || !isInUse(found.name)) return [];
  const key = objects.get(lookupKey({ kind: 'table', name: parent, table: null }))?.partitionKey ?? [];
  if (key.length > 0 && hasCheck(objects, found.name, key)) return [];
  const message =
    `A new partition of ${parent} checks every row of its default partition ${found.name} under an ACCESS EXCLUSIVE lock, ` +
    'blocking reads and writes. A validated check that excludes the new bounds avoids that.';
  return [{ rule: 'long-lock', object: found.name, message, safer: null }];
}

/** Whether a validated check of the partition speaks of the whole key, and so is taken to imply the bounds. */
function hasCheck(objects: TrackedObjects, partition: string, key: readonly string[]): boolean {
  return objects
    .values()
    .some(
      ({ form, table, validated, columns }) =>
        form === 'check' &&
        table === partition &&
        validated !== false &&
        key.every((column) => columns?.includes(column) === true),
    );
}

/** Returns the bounds as a condition on the key; `null` if they are not a list or a range of one column. */
function boundCheck({ sql }: AlterTableContext, bound: PartitionBoundSpec, key: readonly string[]): string | null {
  const { strategy, is_default: isDefault, location, lowerdatums, upperdatums, listdatums = [] } = bound;
  const [column] = key;
  if (isDefault === true || key.length !== 1 || column === undefined) return null;
  const name = quoteIdentifier(column);
  const clause = clauseAt(sql, location);
  const hasNull = listdatums.some((node) => 'A_Const' in node && node.A_Const.isnull === true);
  if (strategy === 'l') return hasNull ? null : `${name} is not null and ${name} in (${inParentheses(clause)})`;
  if (strategy !== 'r') return null;
  const [lower, upper] = [inParentheses(clause), inParentheses(clause.replace(/^[\s\S]*?\)\s*to\b/i, ''))];
  const isBounded = (datums: PartitionBoundSpec['lowerdatums']): boolean =>
    (datums ?? []).every((node) => !('ColumnRef' in node) && !('PartitionRangeDatum' in node));
  return [
    `${name} is not null`,
    ...(isBounded(lowerdatums) ? [`${name} >= ${lower}`] : []),
    ...(isBounded(upperdatums) ? [`${name} < ${upper}`] : []),
  ].join(' and ');
}

/** Reports `detach partition` without `concurrently`. */
export function detachedPartition({ command, table, isInUse }: AlterTableContext): readonly StatementFinding[] {
  const { subtype, def } = command;
  if (subtype !== 'AT_DetachPartition' || def === undefined || !('PartitionCmd' in def)) return [];
  const { name: relation, concurrent } = def.PartitionCmd;
  const partition = relation === undefined ? '' : relationName(relation);
  if (concurrent === true || !isInUse(table)) return [];
  const message = `DETACH PARTITION takes an ACCESS EXCLUSIVE lock on ${table}, blocking reads and writes of all its partitions.`;
  const [from, part] = [quoteName(table), quoteName(partition)];
  const safer = [
    '-- in a separate revision, unless the table has a default partition:',
    'transaction: false,',
    `up: sql\`alter table ${from} detach partition ${part} concurrently\`,`,
    `check: sql\`select not exists (select from pg_inherits where inhrelid = to_regclass(${quoteLiteral(part)}))\`,`,
  ].join('\n');
  return [{ rule: 'long-lock', object: partition, message, safer }];
}
