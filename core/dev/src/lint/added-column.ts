import type { ColumnDef, Constraint } from 'libpg-query';
import { findObject, isNullConstant, isSerial, quoteName, sqlType, typeSql } from '@headwater/kernel/internal/sql';
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

/** Returns the column that the command adds; `null` for any other command, and if the column exists already. */
export function addedColumn({ table, command, objects }: AlterTableContext): AddedColumn | null {
  const { subtype, def, missing_ok: lenient } = command;
  if (subtype !== 'AT_AddColumn' || def === undefined || !('ColumnDef' in def)) return null;
  const { colname: name = '', typeName, constraints = [] } = def.ColumnDef;
  if (lenient === true && findObject(objects, { kind: 'column', name, table }) !== null) return null;
  const type = typeName === undefined ? '' : typeSql(sqlType(typeName));
  return {
    definition: def.ColumnDef,
    constraints: constraints.flatMap((node) => ('Constraint' in node ? [node.Constraint] : [])),
    object: `${table}.${name}`,
    addSql: `alter table ${quoteName(table)} add column ${quoteName(name)} ${type}`,
  };
}

/** Whether the column has a default other than `null`, as a serial column does. */
export function hasDefault({ definition: { typeName }, constraints }: AddedColumn): boolean {
  if (typeName !== undefined && isSerial(typeName)) return true;
  return constraints.some(
    ({ contype, raw_expr: expression }) => contype === 'CONSTR_DEFAULT' && !isNullConstant(expression),
  );
}
