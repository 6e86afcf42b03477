import type { Constraint, Node } from 'libpg-query';
import { indexName, readIndexElements } from './create-index.ts';
import { chooseName } from './default-name.ts';
import { nameText, parseName } from './qualified-name.ts';
import { readQuery, tableScope } from './query.ts';
import { schemaObject, tablePart, type SqlObject } from './sql-object.ts';
import type { EffectsDraft } from './statement-effects.ts';
import { relationName, stringsIn } from './syntax-tree.ts';

/** Reads a constraint of a table, or of its `column`. */
export function readConstraint(table: string, constraint: Constraint, draft: EffectsDraft, column?: string): void {
  const { contype, conname, raw_expr: expression } = constraint;
  const scope = tableScope(table);
  const columnsOr = (keys: readonly Node[] | undefined): readonly string[] =>
    column === undefined ? stringsIn(keys) : [column];
  const create = (form: NonNullable<SqlObject['form']>, name: string, more: Partial<SqlObject>): void => {
    draft.creates.push({ ...tablePart('constraint', table, conname ?? name), form, ...more });
    if (column === undefined) for (const one of more.columns ?? []) draft.needs.push(tablePart('column', table, one));
  };
  switch (contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE': {
      const form = contype === 'CONSTR_PRIMARY' ? 'primary' : 'unique';
      const columns = columnsOr(constraint.keys);
      const { indexname: index } = constraint;
      const using = index === undefined ? undefined : nameText({ ...parseName(table), name: index });
      if (using !== undefined) draft.needs.push({ ...schemaObject('index', using), table });
      const name = index ?? indexName(table, columns, form === 'primary' ? 'pkey' : 'key', draft);
      return create(form, name, using === undefined ? { columns } : { using });
    }
    case 'CONSTR_FOREIGN': {
      const columns = columnsOr(constraint.fk_attrs);
      const references = constraint.pktable === undefined ? '' : relationName(constraint.pktable);
      const referencedColumns = stringsIn(constraint.pk_attrs);
      needKey(references, referencedColumns, draft);
      const name = chooseName(table, columns.join('_'), 'fkey', draft);
      return create('foreign', name, {
        columns,
        references,
        ...(referencedColumns.length > 0 && { referencedColumns }),
        ...validityOf(constraint),
      });
    }
    case 'CONSTR_CHECK': {
      const columns = readColumnsOf(expression, table, draft);
      const [only] = columns;
      const name = chooseName(table, columns.length === 1 && only !== undefined ? only : null, 'check', draft);
      return create('check', name, { columns, proves: notNullColumns(expression), ...validityOf(constraint) });
    }
    case 'CONSTR_EXCLUSION': {
      const elements = (constraint.exclusions ?? []).flatMap((node) => ('List' in node ? (node.List.items ?? []) : []));
      const { columns, names } = readIndexElements(elements, table, draft);
      readQuery(constraint.where_clause, scope, draft);
      return create('exclusion', indexName(table, names, 'excl', draft), { ...(columns !== null && { columns }) });
    }
    case 'CONSTR_NOTNULL': {
      // Before PostgreSQL 18, `not null` is a property of the column. Since 18 it is a constraint, but here it counts
      // as one only if it has a name, or if it is not valid, so that the column may have nulls.
      const columns = columnsOr(constraint.keys);
      const isValid = constraint.skip_validation !== true;
      if (column === undefined && isValid) {
        for (const one of columns) draft.changes.push({ ...tablePart('column', table, one), notNull: true });
      }
      if (conname !== undefined || !isValid) {
        const name = conname ?? chooseName(table, columns.join('_'), 'not_null', draft);
        create('not null', name, { columns, ...(!isValid && { proves: columns, validated: false }) });
      }
      return undefined;
    }
    default:
      readQuery([expression, constraint.options], scope, draft);
      return undefined;
  }
}

function validityOf({ skip_validation: skips }: Constraint): Partial<SqlObject> {
  return skips === true ? { validated: false } : {};
}

/** Returns the columns that a check proves to be not null: `a` and `b` for `a is not null and b is not null`. */
function notNullColumns(expression: Node | undefined): readonly string[] {
  if (expression === undefined) return [];
  if ('BoolExpr' in expression && expression.BoolExpr.boolop === 'AND_EXPR') {
    return (expression.BoolExpr.args ?? []).flatMap(notNullColumns);
  }
  if (!('NullTest' in expression) || expression.NullTest.nulltesttype !== 'IS_NOT_NULL') return [];
  const { arg } = expression.NullTest;
  return arg !== undefined && 'ColumnRef' in arg ? stringsIn(arg.ColumnRef.fields).slice(-1) : [];
}

/** Adds the needs of a foreign key: the table, the columns that it names, and the unique key over them. */
function needKey(table: string, columns: readonly string[], draft: EffectsDraft): void {
  draft.needs.push(schemaObject('table', table));
  for (const column of columns) draft.needs.push(tablePart('column', table, column));
  const name = `${table}(${columns.join(', ') || 'primary key'})`;
  draft.needs.push({ kind: 'key', name, table, ...(columns.length > 0 && { columns }) });
}

/** Reads an expression over one table and returns the distinct columns that it names. */
function readColumnsOf(expression: Node | undefined, table: string, draft: EffectsDraft): readonly string[] {
  const before = draft.needs.length;
  readQuery(expression, tableScope(table), draft);
  const found = draft.needs.slice(before).filter((need) => need.kind === 'column' && need.table === table);
  return [...new Set(found.map(({ name }) => name))];
}
