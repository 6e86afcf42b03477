import type { Constraint } from 'libpg-query';
import { nameText, parseName, quoteName, type SqlObject } from '@headwater/kernel/internal/sql';
import { addedColumn, hasDefault, type AddedColumn } from '../added-column.ts';
import type { StatementFinding } from '../finding.ts';
import { concurrentIndexFields } from '../safer-sql.ts';
import type { AlterTableContext } from '../statement-rule.ts';

/** Reports new constraints for which PostgreSQL scans every row or builds an index while it holds a lock. */
export function newConstraints(context: AlterTableContext): readonly StatementFinding[] {
  const { subtype, def } = context.command;
  if (subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def) {
    return newConstraint(context, def.Constraint, null);
  }
  const column = addedColumn(context);
  return column?.constraints.flatMap((constraint) => newConstraint(context, constraint, column)) ?? [];
}

/** Examines one constraint. `column` is the column that the same command adds. */
function newConstraint(
  context: AlterTableContext,
  constraint: Constraint,
  column: AddedColumn | null,
): readonly StatementFinding[] {
  const { contype, skip_validation: isNotValid, indexname: index } = constraint;
  if (isNotValid === true) return [];
  const created = createdConstraint(context, constraint);
  switch (contype) {
    case 'CONSTR_FOREIGN':
      // A new column that is null in every row references nothing, so PostgreSQL does not scan the table.
      return column !== null && !hasDefault(column) ? [] : [validated(context, created, 'foreign key')];
    case 'CONSTR_CHECK':
      return [validated(context, created, 'check')];
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return index === undefined ? [indexed(context, created, contype === 'CONSTR_PRIMARY')] : [];
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
function createdConstraint(
  { statement, table }: AlterTableContext,
  { contype, conname }: Constraint,
): SqlObject | null {
  const form = contype === undefined ? undefined : forms[contype];
  const found = statement.creates.find(
    (one) =>
      one.kind === 'constraint' && one.table === table && one.form === form && (conname ?? one.name) === one.name,
  );
  return found ?? null;
}

function validated({ table }: AlterTableContext, constraint: SqlObject | null, kind: string): StatementFinding {
  const name = constraint?.name ?? `${parseName(table).name}_check`;
  const [on, quoted] = [quoteName(table), quoteName(name)];
  const body =
    constraint?.form === 'foreign'
      ? `foreign key (${(constraint.columns ?? []).map(quoteName).join(', ')}) references ${quoteName(constraint.references ?? '…')}`
      : 'check (…)';
  const message = `The new ${kind} ${name} is validated against every row of ${table}, blocking writes.`;
  const safer = [
    `alter table ${on} add constraint ${quoted} ${body} not valid;`,
    '-- in the next revision, without blocking reads or writes:',
    `alter table ${on} validate constraint ${quoted};`,
  ].join('\n');
  return { rule: 'long-lock', object: name, message, safer };
}

function indexed({ table }: AlterTableContext, constraint: SqlObject | null, isPrimary: boolean): StatementFinding {
  const name = constraint?.name ?? table;
  const columns = (constraint?.columns ?? []).map(quoteName).join(', ');
  const [on, quoted] = [quoteName(table), quoteName(name)];
  const safer = [
    '-- in a separate revision, before this one:',
    concurrentIndexFields(
      nameText({ ...parseName(table), name: name }),
      `create unique index concurrently ${quoted} on ${on} (${columns})`,
    ),
    '-- then:',
    `alter table ${on} add constraint ${quoted} ${isPrimary ? 'primary key' : 'unique'} using index ${quoted};`,
  ].join('\n');
  return { rule: 'long-lock', object: name, message: buildsIndex(name, table), safer };
}

function buildsIndex(constraint: string, table: string): string {
  return `The index of ${constraint} is built under an ACCESS EXCLUSIVE lock on ${table}, blocking reads and writes.`;
}
