import type { AlterTableStmt, CreateSchemaStmt, CreateStmt, Node } from 'libpg-query';
import { isBuiltinType, isSerial, sqlType } from './sql-type.ts';
import { nodeKind, nodesIn, stringsIn } from './syntax-tree.ts';

/**
 * Whether a statement is known to leave its session as it was, in a database without code of users. Then it changes no
 * setting, no role and no `lastval`, it leaves no cursor, lock or prepared statement, it makes no constraint deferrable,
 * and it reads no table of the kernel.
 *
 * Expressions are the danger: `set_config`, `nextval`, `pg_advisory_lock` and others of PostgreSQL's own functions act on
 * the session wherever they are evaluated. So a statement is known only if it evaluates nothing, or nothing but
 * expressions that it shows. Not known, because they evaluate what an earlier revision defined:
 *
 * - `alter column … type` and `set expression` check the constraints on the column again, and `validate constraint` one.
 * - A column or a cast of a type that is not PostgreSQL's may be of a domain, whose constraints and default are evaluated.
 * - `alter domain`, queries (also behind `create table as` and `create materialized view`), changes of rows, `call` and `do`.
 *
 * A default or `check` of a new table is not evaluated, as the table has no rows. The expressions of existing indexes and
 * generated columns are evaluated when a table is rewritten, but must be immutable, and no immutable function of
 * PostgreSQL acts. Existing constraints are not checked when a column or another constraint is added. Code of users may run
 * through event triggers, functions, operators, casts and operator classes, which no statement shows: the batch looks for them.
 */
export function keepsSession(statement: Node): boolean {
  const parts = nodesIn(statement);
  if (parts.some((node) => isTemporary(node) || isDeferrable(node))) return false;
  if ('CreateStmt' in statement) return evaluatesNothing(statement.CreateStmt);
  if ('CreateSchemaStmt' in statement) return isEmpty(statement.CreateSchemaStmt);
  if ('AlterTableStmt' in statement) return isKnown(statement.AlterTableStmt) && !parts.some(mayAct);
  if ('IndexStmt' in statement) return !parts.some(mayAct);
  return types.has(nodeKind(statement));
}

/** These statements define a type, and evaluate nothing. */
const types: ReadonlySet<string> = new Set(['CompositeTypeStmt', 'CreateEnumStmt']);

/** The bounds of a partition are expressions, which are evaluated once. */
function evaluatesNothing({ partbound }: CreateStmt): boolean {
  return partbound === undefined;
}

function isEmpty({ schemaElts }: CreateSchemaStmt): boolean {
  return schemaElts === undefined || schemaElts.length === 0;
}

/** Commands of `alter table` that evaluate no expression but those in the statement. */
const tableCommands = /^AT_(?:AddColumn|AddConstraint|ColumnDefault|DropColumn|DropConstraint|DropNotNull|SetNotNull)$/;

function isKnown({ objtype, cmds = [] }: AlterTableStmt): boolean {
  return (
    objtype === 'OBJECT_TABLE' &&
    cmds.every((node) => 'AlterTableCmd' in node && tableCommands.test(node.AlterTableCmd.subtype ?? ''))
  );
}

function isTemporary(node: Node): boolean {
  const { relpersistence, schemaname } = ('RangeVar' in node ? node.RangeVar : node) as {
    relpersistence?: string;
    schemaname?: string;
  };
  return relpersistence === 't' || schemaname?.startsWith('pg_') === true;
}

/** The parser represents it as a property of a constraint, or as a constraint that follows the one it is about. */
function isDeferrable(node: Node): boolean {
  const { deferrable, contype } = node as { deferrable?: boolean; contype?: string };
  return deferrable === true || contype === 'CONSTR_ATTR_DEFERRABLE' || contype === 'CONSTR_ATTR_DEFERRED';
}

/** Functions of PostgreSQL that set nothing in the session. */
const harmless: ReadonlySet<string> = new Set(['gen_random_uuid', 'length', 'lower', 'now', 'upper']);

/**
 * Whether a part of a statement may act on the session when it is evaluated. A new column with a sequence takes a number
 * from it for each row, which `lastval` then returns.
 */
function mayAct(node: Node): boolean {
  if ('FuncCall' in node) return !harmless.has(stringsIn(node.FuncCall.funcname).join('.'));
  if ('Constraint' in node) return node.Constraint.contype === 'CONSTR_IDENTITY';
  const { typeName } = node as { typeName?: Parameters<typeof sqlType>[0] };
  return typeName !== undefined && (isSerial(typeName) || !isBuiltinType(sqlType(typeName).name));
}
