import { explainType, findObject, sqlType } from '@headwater/kernel/internal/sql';
import type { AlterTableContext } from './statement-rule.ts';
import { typeChange, type TypeChange } from './type-change.ts';

/** A change of a column's type on a table in use. */
export interface AlteredType {
  readonly column: string;
  /** `table.column` */
  readonly object: string;
  /** The old type, as SQL; `null` if it is not known. */
  readonly from: string | null;
  /** The new type, as SQL. */
  readonly to: string;
  readonly change: TypeChange;
}

/** Returns the type that the command changes; `null` for any other command. */
export function alteredType({ table, command, objects, rebuilt }: AlterTableContext): AlteredType | null {
  const { subtype, name: column = '', def } = command;
  if (subtype !== 'AT_AlterColumnType' || def === undefined || !('ColumnDef' in def)) return null;
  if (def.ColumnDef.typeName === undefined) return null;
  const to = sqlType(def.ColumnDef.typeName);
  const from = findObject(objects, { kind: 'column', name: column, table })?.type;
  const valuesOf = (type: string): readonly string[] | undefined =>
    findObject(objects, { kind: 'type', name: type, table: null })?.values;
  // An unknown old type is assumed to be the worst case. The lost values of a rebuilt enum are reported by another
  // rule.
  const isRebuilt = rebuilt.some(({ current }) => current.has(to.name));
  const change = from === undefined ? { fits: false, rewrites: true } : typeChange(from, to, valuesOf);
  return {
    column,
    object: `${table}.${column}`,
    from: from === undefined ? null : explainType(from),
    to: explainType(to),
    change: isRebuilt ? { ...change, fits: true } : change,
  };
}

/** Names the types for a message: `from text to int4`. */
export function explainTypes({ from, to }: AlteredType): string {
  return from === null ? `to ${to}` : `from ${from} to ${to}`;
}
