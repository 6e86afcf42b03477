import type { DropStmt, Node, RangeVar } from 'libpg-query';
import { readAlterOther } from './alter-other.ts';
import { readAlterTable } from './alter-table.ts';
import { readCreateFunction } from './create-function.ts';
import { readCreateIndex } from './create-index.ts';
import { readCreateOther } from './create-other.ts';
import { readCreateTable } from './create-table.ts';
import { readDataStatement } from './data-statement.ts';
import { readMaintenance } from './maintenance.ts';
import { namedObject } from './named-object.ts';
import { noScope, readQuery } from './query.ts';
import { readRename, readSchemaMove } from './rename.ts';
import { schemaObject } from './sql-object.ts';
import type { EffectsDraft } from './statement-effects.ts';
import { nameFromNodes } from './syntax-tree.ts';

/** Reads one statement into a draft of its effects. A statement of an unknown kind has none. */
export function readStatement(node: Node, draft: EffectsDraft): void {
  if ('CreateStmt' in node) readCreateTable(node.CreateStmt, draft);
  else if ('CreateForeignTableStmt' in node) readCreateTable(node.CreateForeignTableStmt.base ?? {}, draft);
  else if ('AlterTableStmt' in node) readAlterTable(node.AlterTableStmt, draft);
  else if ('RenameStmt' in node) readRename(node.RenameStmt, draft);
  else if ('AlterObjectSchemaStmt' in node) readSchemaMove(node.AlterObjectSchemaStmt, draft);
  else if ('IndexStmt' in node) readCreateIndex(node.IndexStmt, draft);
  else if ('CreateFunctionStmt' in node) readCreateFunction(node.CreateFunctionStmt, draft);
  else if ('CreateSchemaStmt' in node) {
    const { schemaname = '', schemaElts = [], if_not_exists: lenient } = node.CreateSchemaStmt;
    for (const element of schemaElts) readStatement(inSchema(element, schemaname), draft);
    draft.creates.push(schemaObject('schema', schemaname));
    draft.ifExists = lenient === true ? 'keeps' : 'fails';
  } else if ('DropStmt' in node) readDrop(node.DropStmt, draft);
  else {
    const isRead = [readOpaque, readDataStatement, readCreateOther, readAlterOther].some((read) => read(node, draft));
    if (!isRead) readMaintenance(node, draft);
  }
}

function readDrop({ objects = [], removeType, behavior, missing_ok: lenient }: DropStmt, draft: EffectsDraft): void {
  draft.cascade = behavior === 'DROP_CASCADE';
  for (const one of objects) {
    const dropped = namedObject(removeType, one);
    draft.drops.push(dropped);
    if (lenient !== true) draft.needs.push(dropped);
  }
}

/** Reads a statement whose effects only the server knows. Returns whether the statement is one. */
function readOpaque(node: Node, draft: EffectsDraft): boolean {
  if ('DoStmt' in node) draft.opaque = 'a DO block runs code that only the server reads';
  else if ('CallStmt' in node) {
    const procedure = nameFromNodes(node.CallStmt.funccall?.funcname);
    readQuery(node.CallStmt.funccall?.args, noScope, draft);
    draft.needs.push(schemaObject('function', procedure));
    draft.opaque = `the procedure ${procedure} may do anything`;
  } else if ('ExecuteStmt' in node) draft.opaque = 'EXECUTE runs a statement that was prepared elsewhere';
  else if ('VariableSetStmt' in node && node.VariableSetStmt.name === 'search_path') {
    draft.opaque = 'search_path decides where later names are looked up';
  } else if ('DropOwnedStmt' in node) draft.opaque = 'DROP OWNED drops everything that a role owns';
  else if ('ImportForeignSchemaStmt' in node)
    draft.opaque = 'IMPORT FOREIGN SCHEMA copies the tables of another server';
  else return false;
  return true;
}

/** Puts an element of `create schema` into that schema, unless it names another one. */
function inSchema(element: Node, schema: string): Node {
  const qualified = (relation: RangeVar | undefined): RangeVar => ({ schemaname: schema, ...relation });
  if ('CreateStmt' in element) {
    return { CreateStmt: { ...element.CreateStmt, relation: qualified(element.CreateStmt.relation) } };
  }
  if ('IndexStmt' in element) {
    return { IndexStmt: { ...element.IndexStmt, relation: qualified(element.IndexStmt.relation) } };
  }
  return 'ViewStmt' in element
    ? { ViewStmt: { ...element.ViewStmt, view: qualified(element.ViewStmt.view) } }
    : element;
}
