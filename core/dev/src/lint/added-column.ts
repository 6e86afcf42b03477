import type { ColumnDef, Constraint } from 'libpg-query';
import { isNullConstant, quoteName, sqlType, typeSql } from '@headwater/kernel/internal/sql';
import type { AlterTableContext } from './statement-rule.ts';

/** A column that an `alter table` adds to a table in use. */
export interface AddedColumn {
  readonly definition: ColumnDef;
  readonly constraints: readonly Constraint[];
  /** `table.column` */
  readonly object: string;
  /** The start of the statement, up to the column's type: `alter table "t" add column "c" int4`. */
  readonly addSql: string;
}

/** Returns the column that the command adds; `null` for any other command. */
export function addedColumn({ table, command: { subtype, def } }: AlterTableContext): AddedColumn | null {
  if (subtype !== 'AT_AddColumn' || def === undefined || !('ColumnDef' in def)) return null;
  const { colname: name = '', typeName, constraints = [] } = def.ColumnDef;
  const type = typeName === undefined ? '' : typeSql(sqlType(typeName));
  return {
    definition: def.ColumnDef,
    constraints: constraints.flatMap((node) => ('Constraint' in node ? [node.Constraint] : [])),
    object: `${table}.${name}`,
    addSql: `alter table ${quoteName(table)} add column ${quoteName(name)} ${type}`,
  };
}

/** Whether the column has a default other than `null`. */
export function hasDefault({ constraints }: AddedColumn): boolean {
  return constraints.some(
    ({ contype, raw_expr: expression }) => contype === 'CONSTR_DEFAULT' && !isNullConstant(expression),
  );
}
