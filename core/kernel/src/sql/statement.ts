import type { Node, RangeVar } from 'libpg-query';
import { readAlter, readRename, readSchemaMove } from './alter-table.ts';
import { readChange } from './alter-other.ts';
import { readCreate } from './create-other.ts';
import { standing, type Draft } from './statement-effects.ts';
import { readFunction } from './create-function.ts';
import { namedObject } from './named-object.ts';
import { nameOf } from './qualified-name.ts';
import { noScope, readQuery } from './query.ts';
import { readRows } from './data-statement.ts';
import { readCreateTable, readIndex } from './create-table.ts';

/** Notes what one statement says. What is not known here says nothing. */
export function readStatement(node: Node, draft: Draft): void {
  if ('CreateStmt' in node) readCreateTable(node.CreateStmt, draft);
  else if ('CreateForeignTableStmt' in node) readCreateTable(node.CreateForeignTableStmt.base ?? {}, draft);
  else if ('AlterTableStmt' in node) readAlter(node.AlterTableStmt, draft);
  else if ('RenameStmt' in node) readRename(node.RenameStmt, draft);
  else if ('AlterObjectSchemaStmt' in node) readSchemaMove(node.AlterObjectSchemaStmt, draft);
  else if ('IndexStmt' in node) readIndex(node.IndexStmt, draft);
  else if ('CreateFunctionStmt' in node) readFunction(node.CreateFunctionStmt, draft);
  else if ('CreateSchemaStmt' in node) {
    const { schemaname = '', schemaElts = [], if_not_exists: lenient } = node.CreateSchemaStmt;
    for (const element of schemaElts) readStatement(inSchema(element, schemaname), draft);
    draft.creates.push(standing('schema', schemaname));
    draft.ifThere = lenient === true ? 'keeps' : 'fails';
  } else if ('DropStmt' in node) {
    const { objects = [], removeType, behavior, missing_ok: lenient } = node.DropStmt;
    draft.cascade = behavior === 'DROP_CASCADE';
    for (const one of objects) {
      const dropped = namedObject(removeType, one);
      draft.drops.push(dropped);
      if (lenient !== true) draft.needs.push(dropped);
    }
  } else if (!readOpaque(node, draft) && !readRows(node, draft) && !readCreate(node, draft)) readChange(node, draft);
}

/** What only running it can tell. */
function readOpaque(node: Node, draft: Draft): boolean {
  if ('DoStmt' in node) draft.opaque = 'a DO block runs code that only the server reads';
  else if ('CallStmt' in node) {
    readQuery(node.CallStmt.funccall?.args, noScope, draft);
    draft.needs.push(standing('function', nameOf(node.CallStmt.funccall?.funcname)));
    draft.opaque = `the procedure ${nameOf(node.CallStmt.funccall?.funcname)} may do anything`;
  } else if ('ExecuteStmt' in node) draft.opaque = 'EXECUTE runs a statement that was prepared elsewhere';
  else if ('VariableSetStmt' in node && node.VariableSetStmt.name === 'search_path') {
    draft.opaque = 'search_path decides where the names after it are looked up';
  } else if ('ImportForeignSchemaStmt' in node) draft.opaque = 'IMPORT FOREIGN SCHEMA makes what another server has';
  else return false;
  return true;
}

/** What `create schema` makes along with the schema is in it, where it does not say otherwise. */
function inSchema(element: Node, schema: string): Node {
  const within = (relation: RangeVar | undefined): RangeVar => ({ schemaname: schema, ...relation });
  if ('CreateStmt' in element) {
    return { CreateStmt: { ...element.CreateStmt, relation: within(element.CreateStmt.relation) } };
  }
  if ('IndexStmt' in element) {
    return { IndexStmt: { ...element.IndexStmt, relation: within(element.IndexStmt.relation) } };
  }
  return 'ViewStmt' in element ? { ViewStmt: { ...element.ViewStmt, view: within(element.ViewStmt.view) } } : element;
}
