import type { Constraint } from 'libpg-query';
import {
  nameText,
  optionsIn,
  parseName,
  partsOfTable,
  quoteIdentifiers,
  quoteName,
  stringsIn,
  type SqlObject,
} from '@headwater/kernel/internal/sql';
import { addedColumn, hasDefault, type AddedColumn } from '../added-column.ts';
import type { StatementFinding } from '../finding.ts';
import {
  addValidated,
  concurrentIndexFields,
  freeIndexName,
  isPartitioned,
  leafPartitions,
  setNotNull,
} from '../safer-sql.ts';
import { clauseAt, columnText, withoutName } from '../source-text.ts';
import type { AlterTableContext } from '../statement-rule.ts';
import { isProvenNotNull } from '../proven-not-null.ts';

/** Reports new constraints for which PostgreSQL scans every row or builds an index while it holds a lock. */
export function newConstraints(context: AlterTableContext): readonly StatementFinding[] {
  const { sql, command } = context;
  const { subtype, def } = command;
  if (subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def) {
    const text = withoutName(clauseAt(sql, def.Constraint.location));
    return newConstraint({ ...context, constraint: def.Constraint, text, column: null });
  }
  const added = addedColumn(context);
  if (added === null) return [];
  const { constraints } = columnText(sql, added.definition);
  const add = withoutSeparate(context, added);
  const name = added.definition.colname ?? '';
  return Array.from(constraints).flatMap(([constraint, text]) =>
    newConstraint({
      ...context,
      constraint,
      text: withoutName(text),
      column: { name, add, isNull: !hasDefault(added) },
    }),
  );
}

/** The constraints that a safer form adds after the column. */
const separate: ReadonlySet<Constraint['contype']> = new Set([
  'CONSTR_FOREIGN',
  'CONSTR_CHECK',
  'CONSTR_UNIQUE',
  'CONSTR_PRIMARY',
]);

/** A new constraint, with the column that the same command adds. */
interface ConstraintContext extends AlterTableContext {
  readonly constraint: Constraint;
  /** As written, without its name. */
  readonly text: string;
  /** `add` adds it without its constraints. `isNull`: whether it is null in every row. */
  readonly column: { readonly name: string; readonly add: string; readonly isNull: boolean } | null;
}

function newConstraint(context: ConstraintContext): readonly StatementFinding[] {
  const { constraint, column, table } = context;
  const { contype, skip_validation: isNotValid, indexname: index } = constraint;
  if (isNotValid === true || !context.isInUse(table)) return [];
  const created = createdConstraint(context);
  switch (contype) {
    case 'CONSTR_FOREIGN':
      // A new column that is null in every row references nothing, so PostgreSQL does not scan the table.
      return column?.isNull === true ? [] : [validated(context, created, 'foreign key')];
    case 'CONSTR_CHECK':
      return [validated(context, created, 'check')];
    case 'CONSTR_NOTNULL':
      return column === null ? stringsIn(constraint.keys).flatMap((name) => requiredColumn(context, name)) : [];
    case 'CONSTR_PRIMARY':
      return primaryKey(context, created);
    case 'CONSTR_UNIQUE':
      return index === undefined ? [indexed(context, created)] : [];
    case 'CONSTR_EXCLUSION': {
      const object = created?.name ?? context.table;
      return [{ rule: 'long-lock', object, message: buildsIndex(object, context.table), safer: null }];
    }
    default:
      return [];
  }
}

const forms: Partial<Readonly<Record<NonNullable<Constraint['contype']>, SqlObject['form']>>> = {
  CONSTR_FOREIGN: 'foreign',
  CONSTR_CHECK: 'check',
  CONSTR_PRIMARY: 'primary',
  CONSTR_UNIQUE: 'unique',
  CONSTR_EXCLUSION: 'exclusion',
};

/** Returns the constraint as `readSql` understood it, with the name that PostgreSQL gives it. */
function createdConstraint({ statement, table, constraint, column }: ConstraintContext): SqlObject | null {
  const { contype, conname } = constraint;
  const form = contype === undefined ? undefined : forms[contype];
  const keys = stringsIn(constraint.keys ?? constraint.fk_attrs).join();
  const found = statement.creates.find(
    (one) =>
      one.kind === 'constraint' &&
      one.table === table &&
      one.form === form &&
      (conname ?? one.name) === one.name &&
      (keys === '' || column !== null || one.columns?.join() === keys),
  );
  return found ?? null;
}

function validated(context: ConstraintContext, created: SqlObject | null, kind: string): StatementFinding {
  const { table, text, column, objects, before } = context;
  const name = created?.name ?? `${parseName(table).name}_check`;
  const isReplaced = partsOfTable(before, table).some((part) => part.kind === 'constraint' && part.name === name);
  const isForeign = kind === 'foreign key';
  const body = isForeign && column !== null ? `foreign key (${quoteName(column.name)}) ${text}` : text;
  const message = `The new ${kind} ${name} is validated against every row of ${table}, blocking writes.`;
  const safer =
    isForeign && isPartitioned(objects, table)
      ? onPartitions(context, (partition) => addValidated(partition, name, body))
      : [
          ...(isReplaced ? [`alter table ${quoteName(table)} drop constraint ${quoteName(name)};`] : []),
          ...(column === null ? columnsBeside(context, created?.columns ?? []) : [column.add]),
          addValidated(table, name, body),
        ].join('\n');
  return { rule: 'long-lock', object: name, message, safer };
}

/** Returns the statements that add those columns of a constraint that the same `alter table` adds, without constraints. */
function columnsBeside(context: ConstraintContext, columns: readonly string[]): readonly string[] {
  const { node } = context.statement;
  const commands = 'AlterTableStmt' in node ? (node.AlterTableStmt.cmds ?? []) : [];
  return commands.flatMap((one) => {
    const added = 'AlterTableCmd' in one ? addedColumn({ ...context, command: one.AlterTableCmd }) : null;
    return added !== null && columns.includes(added.definition.colname ?? '') ? [withoutSeparate(context, added)] : [];
  });
}

/** Returns the statement that adds a column without the constraints that a safer form adds afterwards. */
function withoutSeparate({ sql, table }: AlterTableContext, { definition }: AddedColumn): string {
  const { column, constraints } = columnText(sql, definition);
  const kept = Array.from(constraints).filter(([{ contype }]) => !separate.has(contype));
  return `alter table ${quoteName(table)} add column ${[column, ...kept.map(([, text]) => text)].join(' ')};`;
}

/** Returns the form for constraints that PostgreSQL accepts for the partitions alone: those of the table use them. */
function onPartitions({ table, statement, objects, column }: ConstraintContext, each: (partition: string) => string) {
  const partitions = leafPartitions(objects, table);
  if (partitions.length === 0 || column !== null) return null;
  return [...partitions.map(each), '-- then this statement uses those of the partitions:', `${statement.text};`].join(
    '\n',
  );
}

function indexed(context: ConstraintContext, created: SqlObject | null): StatementFinding {
  const { table, constraint, column, objects } = context;
  const name = created?.name ?? table;
  const message = buildsIndex(name, table);
  const columns = created?.columns ?? [];
  const isPrimary = constraint.contype === 'CONSTR_PRIMARY';
  // Only a column that has values can become a primary key, and a temporal key cannot use an index.
  const hasForm = columns.length > 0 && (!isPrimary || column === null) && constraint.without_overlaps !== true;
  if (!hasForm) return { rule: 'long-lock', object: name, message, safer: null };
  const form = (on: string, index: string): string => addIndexed(context, on, index, columns);
  const safer = isPartitioned(objects, table)
    ? onPartitions(context, (partition) =>
        form(partition, parseName(freeIndexName(objects, partition, columns.join('_'), 'key')).name),
      )
    : [...(column === null ? [] : [column.add]), form(table, name)].join('\n');
  return { rule: 'long-lock', object: name, message, safer };
}

/**
 * Returns the steps that build a unique index concurrently and turn it into the constraint, in the place of the
 * constraints that it replaces.
 */
function addIndexed(context: ConstraintContext, table: string, name: string, columns: readonly string[]): string {
  const { constraint, before } = context;
  const { contype, including, nulls_not_distinct: distinct, deferrable, initdeferred, options } = constraint;
  const replaced = partsOfTable(before, table).filter(
    (part) =>
      part.kind === 'constraint' && (part.name === name || (contype === 'CONSTR_PRIMARY' && part.form === 'primary')),
  );
  const isFree = replaced.every((part) => part.name !== name);
  const index = isFree ? name : parseName(freeIndexName(before, table, columns.join('_'), 'key')).name;
  const on = quoteName(table);
  const included = stringsIn(including);
  const parameters = optionsIn(options).flatMap(({ defname, arg }) =>
    arg !== undefined && 'Integer' in arg ? [`${defname} = ${arg.Integer.ival ?? 0}`] : [],
  );
  const create = [
    `create unique index concurrently ${quoteName(index)} on ${on} (${quoteIdentifiers(columns)})`,
    ...(included.length > 0 ? [`include (${quoteIdentifiers(included)})`] : []),
    ...(distinct === true ? ['nulls not distinct'] : []),
    ...(parameters.length > 0 ? [`with (${parameters.join(', ')})`] : []),
  ];
  const add = [
    `alter table ${on} add constraint ${quoteName(name)} ${contype === 'CONSTR_PRIMARY' ? 'primary key' : 'unique'}`,
    `using index ${quoteName(index)}`,
    ...(deferrable === true ? ['deferrable'] : []),
    ...(initdeferred === true ? ['initially deferred'] : []),
  ];
  return [
    '-- in a separate revision, before this one:',
    concurrentIndexFields(nameText({ ...parseName(table), name: index }), create.join(' ')),
    '-- then:',
    ...replaced.map((part) => `alter table ${on} drop constraint ${quoteName(part.name)};`),
    `${add.join(' ')};`,
  ].join('\n');
}

/** Reports a column that becomes not null: PostgreSQL scans the table, unless the column is known to have no nulls. */
export function requiredColumn(context: AlterTableContext, name: string): readonly StatementFinding[] {
  const { table, isInUse } = context;
  if (isProvenNotNull(context, name) || !isInUse(table)) return [];
  const object = `${table}.${name}`;
  const message = `SET NOT NULL on ${object} scans the whole table under an ACCESS EXCLUSIVE lock, blocking reads and writes.`;
  return [{ rule: 'long-lock', object, message, safer: setNotNull(table, [name]) }];
}

/** Reports a primary key: PostgreSQL builds its index, and scans the table for nulls in columns that may be null. */
function primaryKey(context: ConstraintContext, created: SqlObject | null): readonly StatementFinding[] {
  const { table, objects, column, constraint } = context;
  const index = objects.values().find(({ kind, name }) => kind === 'index' && name === created?.using);
  const columns = (index?.columns ?? created?.columns ?? []).filter((name) => !isProvenNotNull(context, name));
  const built = constraint.indexname === undefined ? indexed(context, created) : null;
  if (columns.length === 0 || column !== null) return built === null ? [] : [built];
  const key = created?.name ?? table;
  const scans =
    `The primary key ${key} makes ${columns.join(', ')} not null: this scans all of ${table} under an ACCESS EXCLUSIVE ` +
    'lock, blocking reads and writes.';
  const required = `-- before this revision:\n${setNotNull(table, columns)}`;
  if (built === null) return [{ rule: 'long-lock', object: key, message: scans, safer: required }];
  const safer = built.safer === null ? required : `${required}\n${built.safer}`;
  return [{ ...built, message: `${built.message} ${scans}`, safer }];
}

function buildsIndex(constraint: string, table: string): string {
  return `The index of ${constraint} is built under an ACCESS EXCLUSIVE lock on ${table}, blocking reads and writes.`;
}
