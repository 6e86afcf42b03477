import type { ColumnDef, Constraint } from 'libpg-query';
import { bareName, isNullConstant, qualified, schemaOf, type SqlObject } from '@headwater/kernel/internal';
import { quoteName, type AlterStep, type Danger } from './danger.ts';

/** What a new constraint on a table from before may do. */
export function constraintDangers(step: AlterStep): readonly Danger[] {
  const { subtype, def } = step.command;
  if (def === undefined) return [];
  if (subtype === 'AT_AddConstraint' && 'Constraint' in def) {
    const danger = constraintDanger(step, def.Constraint, null);
    return danger === null ? [] : [danger];
  }
  if (subtype !== 'AT_AddColumn' || !('ColumnDef' in def)) return [];
  const column = def.ColumnDef;
  return (column.constraints ?? []).flatMap((node) => {
    const danger = 'Constraint' in node ? constraintDanger(step, node.Constraint, column) : null;
    return danger ?? [];
  });
}

/** `column` is that which is added with the constraint. */
function constraintDanger(step: AlterStep, constraint: Constraint, column: ColumnDef | null): Danger | null {
  const { contype, skip_validation: unchecked, indexname: index } = constraint;
  if (unchecked === true) return null;
  switch (contype) {
    case 'CONSTR_FOREIGN':
      // A new column that is null everywhere refers to nothing, and PostgreSQL does not look.
      return column !== null && !hasDefault(column) ? null : unvalidated(step, made(step, constraint), 'foreign key');
    case 'CONSTR_CHECK':
      return unvalidated(step, made(step, constraint), 'check');
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return index === undefined ? unindexed(step, made(step, constraint), contype === 'CONSTR_PRIMARY') : null;
    case 'CONSTR_EXCLUSION': {
      const object = made(step, constraint)?.name ?? step.table;
      const message = `The index of ${object} is built while nobody else can read or write ${step.table}.`;
      return { rule: 'long-lock', object, message, safer: null };
    }
    default:
      return null;
  }
}

function hasDefault({ constraints = [] }: ColumnDef): boolean {
  return constraints.some(
    (node) => 'Constraint' in node && node.Constraint.contype === 'CONSTR_DEFAULT' && !isNullConstant(node.Constraint.raw_expr),
  );
}

const forms: Partial<Readonly<Record<NonNullable<Constraint['contype']>, SqlObject['form']>>> = {
  CONSTR_FOREIGN: 'foreign',
  CONSTR_CHECK: 'check',
  CONSTR_PRIMARY: 'primary',
  CONSTR_UNIQUE: 'unique',
  CONSTR_EXCLUSION: 'exclusion',
};

/** The constraint as it was read, with the name that PostgreSQL gives it. */
function made({ statement, table }: AlterStep, { contype, conname }: Constraint): SqlObject | null {
  const form = contype === undefined ? undefined : forms[contype];
  const found = statement.creates.find(
    (one) =>
      one.kind === 'constraint' && one.table === table && one.form === form && (conname ?? one.name) === one.name,
  );
  return found ?? null;
}

function unvalidated({ table }: AlterStep, constraint: SqlObject | null, what: string): Danger {
  const name = constraint?.name ?? `${bareName(table)}_check`;
  const [on, quoted] = [quoteName(table), quoteName(name)];
  const body =
    constraint?.form === 'foreign'
      ? `foreign key (${(constraint.columns ?? []).map(quoteName).join(', ')}) references ${quoteName(constraint.references ?? '…')}`
      : 'check (…)';
  const message = `The new ${what} ${name} is held against every row of ${table}, while nobody else can write it.`;
  const safer = [
    `alter table ${on} add constraint ${quoted} ${body} not valid;`,
    '-- in the next revision, which holds up nobody:',
    `alter table ${on} validate constraint ${quoted};`,
  ].join('\n');
  return { rule: 'long-lock', object: name, message, safer };
}

function unindexed({ table }: AlterStep, constraint: SqlObject | null, primary: boolean): Danger {
  const name = constraint?.name ?? table;
  const columns = (constraint?.columns ?? []).map(quoteName).join(', ');
  const [on, quoted] = [quoteName(table), quoteName(name)];
  const message = `The index of ${name} is built while nobody else can read or write ${table}.`;
  const safer = [
    '-- a revision of its own, before this one:',
    concurrentIndex(
      qualified(schemaOf(table), name),
      `create unique index concurrently ${quoted} on ${on} (${columns})`,
    ),
    '-- then:',
    `alter table ${on} add constraint ${quoted} ${primary ? 'primary key' : 'unique'} using index ${quoted};`,
  ].join('\n');
  return { rule: 'long-lock', object: name, message, safer };
}

/** The fields of a revision that builds an index without holding anybody up. `name` may be qualified. */
export function concurrentIndex(name: string, statement: string): string {
  const quoted = quoteName(name);
  return [
    'transaction: false,',
    `up: sql\`${statement}\`,`,
    `check: sql\`select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('${quoted.replaceAll("'", "''")}')), false)\`,`,
    `down: sql\`drop index concurrently ${quoted}\`,`,
  ].join('\n');
}
