import type { Node } from 'libpg-query';
import { isSerial } from './sql-type.ts';
import { nodeKind, nodesIn, stringsIn } from './syntax-tree.ts';

/** Statements of these kinds set nothing in their session. They neither query nor evaluate a default. */
const definitions: ReadonlySet<string> = new Set([
  'CompositeTypeStmt',
  'CreateEnumStmt',
  'CreateSchemaStmt',
  'CreateStmt',
]);

/** Statements of these kinds set nothing either, but evaluate their expressions for the rows that exist. */
const evaluating: ReadonlySet<string> = new Set(['AlterTableStmt', 'IndexStmt']);

/** Functions of PostgreSQL that set nothing in the session. */
const harmless: ReadonlySet<string> = new Set(['gen_random_uuid', 'length', 'lower', 'now', 'upper']);

/**
 * Whether a statement is known to leave its session as it was, in a database without functions other than PostgreSQL's.
 * Then it changes no setting, no role and no `lastval`, it leaves no cursor, lock or prepared statement, it makes no
 * constraint deferrable, and it reads no table of the kernel. Only statements that define tables, columns, indexes and
 * types are known.
 */
export function keepsSession(statement: Node): boolean {
  const kind = nodeKind(statement);
  if (definitions.has(kind)) return nodesIn(statement).every((node) => !isTemporary(node) && !isDeferrable(node));
  return (
    evaluating.has(kind) &&
    nodesIn(statement).every((node) => !isTemporary(node) && !isDeferrable(node) && !mayAct(node))
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

/** A new column with a sequence takes a number from it for each row, which `lastval` then returns. */
function mayAct(node: Node): boolean {
  if ('FuncCall' in node) return !harmless.has(stringsIn(node.FuncCall.funcname).join('.'));
  if ('ColumnDef' in node) return node.ColumnDef.typeName !== undefined && isSerial(node.ColumnDef.typeName);
  return 'Constraint' in node && node.Constraint.contype === 'CONSTR_IDENTITY';
}
