import type { AlterObjectSchemaStmt, RenameStmt } from 'libpg-query';
import { namedObject, sqlKind } from './named-object.ts';
import { nameText, parseName } from './qualified-name.ts';
import { schemaObject, tablePart, type SqlObject } from './sql-object.ts';
import { needNothingOf, type EffectsDraft } from './statement-effects.ts';
import { relationName } from './syntax-tree.ts';

/** Reads `alter … rename`. */
export function readRename(statement: RenameStmt, draft: EffectsDraft): void {
  const { renameType, relation, object, subname, newname = '', behavior } = statement;
  if (behavior === 'DROP_CASCADE') draft.cascade = true;
  // Renaming a constraint of a domain changes the domain: domain constraints are not objects here.
  if (renameType === 'OBJECT_DOMCONSTRAINT') {
    const domain = namedObject('OBJECT_DOMAIN', object);
    draft.needs.push(domain);
    draft.changes.push(domain);
    return;
  }
  const from = renamedObject(statement);
  if (relation !== undefined && subname !== undefined) draft.needs.push(schemaObject('table', relationName(relation)));
  draft.needs.push(from);
  const isQualified = from.table === null && from.kind !== 'other';
  const name = isQualified ? nameText({ ...parseName(from.name), name: newname }) : newname;
  draft.renames.push({ from, to: { ...from, name } });
  if (statement.missing_ok === true) needNothingOf(from.table ?? from.name, draft);
}

function renamedObject({ renameType, relation, object, subname }: RenameStmt): SqlObject {
  const kind = sqlKind(renameType);
  if (relation !== undefined && subname !== undefined && subname !== '') {
    return tablePart(kind === 'other' ? 'column' : kind, relationName(relation), subname);
  }
  if (relation !== undefined) return schemaObject(kind, relationName(relation));
  if (renameType === 'OBJECT_SCHEMA') return schemaObject('schema', subname ?? '');
  return object === undefined ? schemaObject(kind, subname ?? '') : namedObject(renameType, object);
}

/** Reads `alter … set schema`, which renames the object too. */
export function readSchemaMove(statement: AlterObjectSchemaStmt, draft: EffectsDraft): void {
  const { objectType, relation, object, newschema = 'public' } = statement;
  const from =
    relation === undefined
      ? namedObject(objectType, object)
      : schemaObject(sqlKind(objectType), relationName(relation));
  draft.needs.push(from);
  if (newschema !== 'public') draft.needs.push(schemaObject('schema', newschema));
  if (statement.missing_ok === true) needNothingOf(from.name, draft);
  if (from.kind === 'extension' || from.kind === 'other') draft.changes.push(from);
  else draft.renames.push({ from, to: { ...from, name: nameText({ ...parseName(from.name), schema: newschema }) } });
}
