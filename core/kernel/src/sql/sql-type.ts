import type { Node, TypeName } from 'libpg-query';
import { nameText, qualifiedName } from './qualified-name.ts';
import { quoteName } from './quote.ts';
import type { SqlType } from './sql-object.ts';
import { stringsIn } from './syntax-tree.ts';

/** The integer types behind the serial types. */
const serials: Readonly<Record<string, string>> = {
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
  smallserial: 'int2',
  serial2: 'int2',
};

const builtinTypes: ReadonlySet<string> = new Set(
  (
    'bit bool box bpchar bytea char cid cidr circle cstring date daterange datemultirange float4 float8 inet int2 ' +
    'int2vector int4 int4range int4multirange int8 int8range int8multirange interval json jsonb jsonpath line lseg ' +
    'macaddr macaddr8 money name numeric numrange nummultirange oid oidvector path pg_lsn pg_snapshot point polygon ' +
    'record refcursor regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc ' +
    'regprocedure regrole regtype text tid time timestamp timestamptz timetz tsmultirange tsquery tsrange ' +
    'tstzmultirange tstzrange tsvector txid_snapshot uuid varbit varchar void xid xid8 xml trigger event_trigger ' +
    'internal language_handler fdw_handler any anyarray anycompatible anycompatiblearray anycompatiblemultirange ' +
    'anycompatiblenonarray anycompatiblerange anyelement anyenum anymultirange anynonarray anyrange unknown'
  ).split(' '),
);

/** Reads a type. A serial type counts as the integer type behind it. */
export function sqlType({ names, typmods, arrayBounds, setof }: TypeName): SqlType {
  const parts = stringsIn(names).filter((part, i, all) => !(i === 0 && all.length > 1 && part === 'pg_catalog'));
  const last = parts.at(-1) ?? '';
  const name = parts.length === 1 ? (serials[last] ?? last) : nameText(qualifiedName(parts.at(-2), last));
  const modifiers = (typmods ?? []).flatMap(numberIn);
  return { name, modifiers, array: (arrayBounds ?? []).length > 0 && setof !== true };
}

function numberIn(node: Node): readonly number[] {
  return 'A_Const' in node && node.A_Const.ival !== undefined ? [node.A_Const.ival.ival ?? 0] : [];
}

/** Whether a type is a serial type: an integer with a sequence. */
export function isSerial({ names }: TypeName): boolean {
  const parts = stringsIn(names);
  return parts.length === 1 && Object.hasOwn(serials, parts[0] ?? '');
}

/** Whether PostgreSQL ships a type with this name. */
export function isBuiltinType(name: string): boolean {
  return builtinTypes.has(name);
}

/** Returns a type for messages: `varchar(64)`, `int4[]`. */
export function explainType(type: SqlType): string {
  return `${type.name}${suffixOf(type)}`;
}

/** Returns a type as SQL that a server accepts: `varchar(64)`, `"Mood"[]`. */
export function typeSql(type: SqlType): string {
  // PostgreSQL has a type named "char" beside char(n).
  const name = isBuiltinType(type.name) && type.name !== 'char' ? type.name : quoteName(type.name);
  return `${name}${suffixOf(type)}`;
}

function suffixOf({ name, modifiers, array }: SqlType): string {
  // The first modifier of an interval stands for its fields, which every value fits without them.
  const shown = name === 'interval' ? modifiers.slice(1) : modifiers;
  return `${shown.length === 0 ? '' : `(${shown.join(', ')})`}${array ? '[]' : ''}`;
}
