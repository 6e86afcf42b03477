import type { Node } from 'libpg-query';
import { parseSql, type ParsedStatement } from './parse-sql.ts';
import { nodesIn, stringsIn } from './syntax-tree.ts';

/** A place where SQL names a schema. */
export interface NamedSchema {
  readonly schema: string;
  readonly statement: ParsedStatement;
}

/** The schemas that SQL may name in any application: those of the server. */
const isOfServer = (schema: string): boolean => schema.startsWith('pg_') || schema === 'information_schema';

/**
 * Finds the schemas that SQL names, besides those of the server, once for each statement. Code in strings, as in a `do`
 * block or a function, is not read. Throws SQL_SYNTAX.
 */
export async function schemasNamedIn(sql: string): Promise<readonly NamedSchema[]> {
  const statements = await parseSql(sql);
  return statements.flatMap((statement) => {
    const named = new Set(nodesIn(statement.node).flatMap(schemasAt));
    return Array.from(named).flatMap((schema) => (schema === '' || isOfServer(schema) ? [] : [{ schema, statement }]));
  });
}

/** The fields of nodes whose text is a schema. */
const schemaFields: ReadonlySet<string> = new Set(['schemaname', 'newschema']);

/** The fields of nodes whose lists are names: the schema, if there is one, and the name. */
const nameFields: ReadonlySet<string> = new Set([
  'collname',
  'conversion_name',
  'defnames',
  'domainname',
  'func_name',
  'funcname',
  'name',
  'names',
  'objname',
  'opclass',
  'opclassname',
  'operName',
  'opfamilyname',
  'sequence',
  'typeName',
]);

function schemasAt(node: Node): readonly string[] {
  const fields = Object.entries(node) as readonly (readonly [string, unknown])[];
  return [
    ...fields.flatMap(([field, value]) => (schemaFields.has(field) && typeof value === 'string' ? [value] : [])),
    ...fields.flatMap(([field, value]) =>
      nameFields.has(field) && Array.isArray(value) ? schemaIn(stringsIn(value as readonly Node[]), 1) : [],
    ),
    ...inObjects(node),
    ...inSettings(node),
    ...inText(node),
  ];
}

/** The part before an own name, which has `own` parts. */
function schemaIn(parts: readonly string[], own: number): readonly string[] {
  return parts.length > own ? parts.slice(-own - 1, -own) : [];
}

/** Objects whose names begin with that of their table. */
const partsOfTables = /^OBJECT_(?:COLUMN|POLICY|RULE|TABCONSTRAINT|TRIGGER)$/;

/** The objects of `drop`, `comment on`, `grant`, `alter … rename` and the like. */
function inObjects(node: Node): readonly string[] {
  const { removeType, objtype, objectType, renameType, targtype, objects, object, subname } = node as {
    readonly removeType?: string;
    readonly objtype?: string;
    readonly objectType?: string;
    readonly renameType?: string;
    readonly targtype?: string;
    readonly objects?: readonly Node[];
    readonly object?: Node;
    readonly subname?: string;
  };
  const kind = removeType ?? renameType ?? objectType ?? objtype ?? '';
  const named = [...(objects ?? []), ...(object === undefined ? [] : [object])];
  if (kind === 'OBJECT_SCHEMA' || targtype === 'ACL_TARGET_ALL_IN_SCHEMA') {
    return [...stringsIn(named), ...(kind === 'OBJECT_SCHEMA' && typeof subname === 'string' ? [subname] : [])];
  }
  const own = partsOfTables.test(kind) ? 2 : 1;
  return named.flatMap((one) =>
    typeof one === 'object' && 'List' in one ? schemaIn(stringsIn(one.List.items), own) : [],
  );
}

/** `set search_path`, also as a setting of a function, and options like `create extension … schema`. */
function inSettings(node: Node): readonly string[] {
  if ('VariableSetStmt' in node && node.VariableSetStmt.name === 'search_path')
    return constantsIn(node.VariableSetStmt.args);
  if (!('DefElem' in node)) return [];
  const { defname, arg } = node.DefElem;
  if (arg === undefined) return [];
  if (defname === 'owned_by') return 'List' in arg ? schemaIn(stringsIn(arg.List.items), 2) : [];
  if (defname !== 'schema' && defname !== 'schemas') return [];
  return 'List' in arg ? stringsIn(arg.List.items) : stringsIn([arg]);
}

/** Functions whose first argument is a name. */
const namingFunctions = /^(?:nextval|currval|setval|to_reg\w+)$/;

/** Names in text: `'shop.t'::regclass`, `nextval('shop.s')`. */
function inText(node: Node): readonly string[] {
  const texts: readonly string[] =
    'TypeCast' in node && /^reg\w+$/.test(stringsIn(node.TypeCast.typeName?.names).at(-1) ?? '')
      ? constantsIn(node.TypeCast.arg === undefined ? [] : [node.TypeCast.arg])
      : 'FuncCall' in node && namingFunctions.test(stringsIn(node.FuncCall.funcname).at(-1) ?? '')
        ? constantsIn(node.FuncCall.args?.slice(0, 1))
        : [];
  return texts.flatMap((text) => {
    const [, quoted, bare] = /^\s*(?:"((?:[^"]|"")+)"|([^".(]+))\s*\./.exec(text) ?? [];
    return quoted === undefined ? (bare === undefined ? [] : [bare.toLowerCase()]) : [quoted.replaceAll('""', '"')];
  });
}

function constantsIn(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => {
    if ('TypeCast' in node) return constantsIn(node.TypeCast.arg === undefined ? [] : [node.TypeCast.arg]);
    return 'A_Const' in node && node.A_Const.sval?.sval !== undefined ? [node.A_Const.sval.sval] : [];
  });
}
