import {
  explainType,
  findObject,
  sqlType,
  typeSql,
  type SqlObject,
  type SqlStatement,
  type SqlType,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';
import type { AlterTableContext } from './statement-rule.ts';
import { typeChange, type TypeChange } from './type-change.ts';
import { usingExpression, type UsingExpression } from './using-expression.ts';

/** A change of a column's type on a table in use. */
export interface AlteredType {
  readonly column: string;
  /** `table.column` */
  readonly object: string;
  /** The change of types for a message: `from text to int4`. */
  readonly types: string;
  /** The new type. */
  readonly type: SqlType;
  /** The new type, as SQL. */
  readonly to: string;
  readonly change: TypeChange;
  readonly using: UsingExpression;
}

/** Returns the type that the command changes; `null` for any other command. */
export function alteredType({ table, command, objects }: AlterTableContext): AlteredType | null {
  const { subtype, name: column = '', def } = command;
  if (subtype !== 'AT_AlterColumnType' || def === undefined || !('ColumnDef' in def)) return null;
  if (def.ColumnDef.typeName === undefined) return null;
  const to = sqlType(def.ColumnDef.typeName);
  const from = findObject(objects, { kind: 'column', name: column, table })?.type;
  return {
    column,
    object: `${table}.${column}`,
    types: explainTypes(from, to),
    type: to,
    to: typeSql(to),
    change: typeChangeIn(objects, from, objects, to),
    using: usingExpression(def.ColumnDef.raw_default, column, from),
  };
}

/**
 * Classifies a change of type between two moments. The types behind domains and the values of enums come from the
 * objects of each moment. An unknown old type is the worst case.
 */
export function typeChangeIn(
  before: TrackedObjects,
  from: SqlType | undefined,
  after: TrackedObjects,
  to: SqlType,
): TypeChange {
  if (from === undefined) return { fits: false, compatible: false, rewrites: true };
  const oldType = (name: string) => findObject(before, { kind: 'type', name, table: null });
  const newType = (name: string) => findObject(after, { kind: 'type', name, table: null });
  const values = { of: (name: string) => oldType(name)?.values, now: (name: string) => newType(name)?.values };
  const behind = from.name === to.name ? undefined : oldType(from.name)?.type;
  return typeChange(behind === undefined ? from : { ...behind, array: from.array || behind.array }, to, values);
}

/** Returns the `using` of the statement that changes the type of a column. */
export function usingIn({ node }: SqlStatement, { name, type }: SqlObject): UsingExpression {
  const commands = 'AlterTableStmt' in node ? (node.AlterTableStmt.cmds ?? []) : [];
  const expression = commands.flatMap((one) => {
    if (!('AlterTableCmd' in one)) return [];
    const { subtype, name: column, def } = one.AlterTableCmd;
    const isChange = subtype === 'AT_AlterColumnType' && column === name && def !== undefined && 'ColumnDef' in def;
    return isChange ? [def.ColumnDef.raw_default] : [];
  });
  return usingExpression(expression[0], name, type);
}

/** Names the types for a message: `from text to int4`. */
export function explainTypes(from: SqlType | undefined, to: SqlType): string {
  return from === undefined ? `to ${explainType(to)}` : `from ${explainType(from)} to ${explainType(to)}`;
}
