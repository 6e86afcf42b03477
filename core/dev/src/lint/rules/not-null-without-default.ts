import type { Constraint } from 'libpg-query';
import { addedColumn, hasDefault, type AddedColumn } from '../added-column.ts';
import type { StatementRule } from '../statement-rule.ts';

/** Reports new columns that are NOT NULL and get no value from the database. */
export const notNullWithoutDefault: StatementRule = {
  alterTable(context) {
    const column = addedColumn(context);
    if (column === null || !needsValue(column)) return [];
    const { object, addSql } = column;
    const message =
      `${object} is added as NOT NULL without a default: this fails if the table has rows, and code that does not know ` +
      'the column can no longer insert.';
    return [{ rule: 'not-null-without-default', object, message, safer: `${addSql} not null default …;` }];
  },
};

function needsValue(column: AddedColumn): boolean {
  const has = (kind: Constraint['contype']): boolean => column.constraints.some(({ contype }) => contype === kind);
  const isFilled = hasDefault(column) || has('CONSTR_IDENTITY') || has('CONSTR_GENERATED');
  return (has('CONSTR_NOTNULL') || has('CONSTR_PRIMARY')) && !isFilled;
}
