import type { Constraint } from 'libpg-query';
import { sqlType, type SqlType } from '@headwater/kernel/internal/sql';
import { addedColumn, hasDefault, type AddedColumn } from '../added-column.ts';
import type { StatementRule } from '../statement-rule.ts';

/** Reports new columns that are NOT NULL and get no value from the database. */
export const notNullWithoutDefault: StatementRule = {
  alterTable(context) {
    const column = addedColumn(context);
    if (column === null || !needsValue(column)) return [];
    const { object, addSql, definition } = column;
    const message =
      `${object} is added as NOT NULL without a default: this fails if the table has rows, and code that does not know ` +
      'the column can no longer insert.';
    const standard = definition.typeName === undefined ? '…' : exampleDefault(sqlType(definition.typeName));
    return [{ rule: 'not-null-without-default', object, message, safer: `${addSql} not null default ${standard};` }];
  },
};

function needsValue(column: AddedColumn): boolean {
  const has = (kind: Constraint['contype']): boolean => column.constraints.some(({ contype }) => contype === kind);
  const isFilled = hasDefault(column) || has('CONSTR_IDENTITY') || has('CONSTR_GENERATED');
  return (has('CONSTR_NOTNULL') || has('CONSTR_PRIMARY')) && !isFilled;
}

const defaults: Readonly<Record<string, string>> = {
  int2: '0',
  int4: '0',
  int8: '0',
  numeric: '0',
  float4: '0',
  float8: '0',
  bool: 'false',
  text: "''",
  varchar: "''",
  bpchar: "''",
  json: "'{}'",
  jsonb: "'{}'",
  date: 'current_date',
  timestamp: 'now()',
  timestamptz: 'now()',
};

/** Returns a default for a column of a type, or a gap to fill. */
export function exampleDefault({ name, array }: SqlType): string {
  return array ? "'{}'" : (defaults[name] ?? '…');
}
