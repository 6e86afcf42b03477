import type { AlterObjectSchemaStmt, AlterTableCmd, AlterTableStmt, Node, RenameStmt } from 'libpg-query';
import { defaultName } from './default-name.ts';
import { standing, within, type Draft } from './statement-effects.ts';
import { kindOf, namedObject } from './named-object.ts';
import { bareName, qualified, relationName, schemaOf } from './qualified-name.ts';
import { needType, readQuery, tableScope } from './query.ts';
import type { SqlObject } from './sql-object.ts';
import { sqlType } from './sql-type.ts';
import { createSequence, readColumn, readConstraint } from './create-table.ts';

/** Notes what `alter table` and its likes do, command by command. */
export function readAlter({ relation, cmds = [], objtype }: AlterTableStmt, draft: Draft): void {
  const name = relation === undefined ? '' : relationName(relation);
  const kind = kindOf(objtype);
  const altered = standing(kind, name);
  draft.needs.push(altered);
  for (const node of cmds) if ('AlterTableCmd' in node) readCommand(altered, node.AlterTableCmd, draft);
}

function readCommand(altered: SqlObject, command: AlterTableCmd, draft: Draft): void {
  const { subtype, name = '', def, behavior, missing_ok: lenient } = command;
  const table = altered.name;
  const change = (object: SqlObject): void => {
    draft.needs.push(object);
    draft.changes.push(object);
  };
  const drop = (object: SqlObject): void => {
    if (lenient !== true) draft.needs.push(object);
    draft.drops.push(object);
    if (behavior === 'DROP_CASCADE') draft.cascade = true;
  };
  switch (subtype) {
    case 'AT_AddColumn':
      if (lenient === true) draft.ifThere = 'keeps';
      if (def !== undefined && 'ColumnDef' in def) readColumn(table, def.ColumnDef, draft);
      return undefined;
    case 'AT_AlterColumnType':
      return change({ ...within('column', table, name), ...newType(def, table, draft) });
    case 'AT_SetNotNull':
    case 'AT_DropNotNull':
      return change({ ...within('column', table, name), notNull: subtype === 'AT_SetNotNull' });
    case 'AT_ColumnDefault':
    case 'AT_SetExpression':
      readQuery(def, tableScope(table), draft);
      return change({ ...within('column', table, name), hasDefault: def !== undefined });
    case 'AT_AddIdentity':
      createSequence(table, name, draft);
      return change({ ...within('column', table, name), notNull: true, hasDefault: true });
    case 'AT_DropIdentity': {
      const sequence = qualified(schemaOf(table), defaultName(bareName(table), name, 'seq'));
      draft.drops.push({ kind: 'sequence', name: sequence, table, ownedBy: name });
      return change({ ...within('column', table, name), hasDefault: false });
    }
    case 'AT_DropExpression':
      return change({ ...within('column', table, name), hasDefault: false });
    case 'AT_SetIdentity':
    case 'AT_SetStatistics':
    case 'AT_SetOptions':
    case 'AT_ResetOptions':
    case 'AT_SetStorage':
    case 'AT_SetCompression':
      return name === '' ? change(altered) : change(within('column', table, name));
    case 'AT_DropColumn':
      return drop(within('column', table, name));
    case 'AT_AddConstraint':
      if (def !== undefined && 'Constraint' in def) readConstraint(table, def.Constraint, draft);
      return undefined;
    case 'AT_AlterConstraint':
    case 'AT_ValidateConstraint':
      return change({
        ...within('constraint', table, constraintName(name, def)),
        ...(subtype === 'AT_ValidateConstraint' && { validated: true }),
      });
    case 'AT_DropConstraint':
      return drop(within('constraint', table, name));
    case 'AT_EnableTrig':
    case 'AT_EnableAlwaysTrig':
    case 'AT_EnableReplicaTrig':
    case 'AT_DisableTrig':
      return change(within('trigger', table, name));
    default:
      needNamed(table, command, draft);
      return change(altered);
  }
}

function constraintName(name: string, def: Node | undefined): string {
  return def !== undefined && 'ATAlterConstraint' in def ? (def.ATAlterConstraint.conname ?? name) : name;
}

function newType(def: Node | undefined, table: string, draft: Draft): Partial<SqlObject> {
  if (def === undefined || !('ColumnDef' in def)) return {};
  const { typeName, raw_default: using } = def.ColumnDef;
  if (typeName === undefined) return {};
  needType(typeName, draft);
  readQuery(using, tableScope(table), draft);
  return { type: sqlType(typeName) };
}

/** Another table or an index that a command names: a parent, a partition, what rows are told apart by. */
function needNamed(table: string, { name, def, subtype }: AlterTableCmd, draft: Draft): void {
  if (def !== undefined && 'RangeVar' in def) draft.needs.push(standing('table', relationName(def.RangeVar)));
  if (def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.name !== undefined) {
    const partition = standing('table', relationName(def.PartitionCmd.name));
    draft.needs.push(partition);
    draft.changes.push(partition);
    readQuery(def.PartitionCmd.bound, tableScope(table), draft);
  }
  const index = subtype === 'AT_ClusterOn' ? name : undefined;
  const identity = def !== undefined && 'ReplicaIdentityStmt' in def ? def.ReplicaIdentityStmt.name : undefined;
  for (const one of [index, identity]) {
    if (one !== undefined && one !== '') draft.needs.push(standing('index', qualified(schemaOf(table), one)));
  }
}

/** Notes a new name. */
export function readRename(statement: RenameStmt, draft: Draft): void {
  const { renameType, relation, object, subname, newname = '', behavior } = statement;
  if (behavior === 'DROP_CASCADE') draft.cascade = true;
  const from = renamed(statement);
  const table = relation === undefined ? null : relationName(relation);
  // The constraint of a domain is a part of the domain here.
  if (renameType === 'OBJECT_DOMCONSTRAINT' || from === null) {
    const whole = namedObject('OBJECT_DOMAIN', object);
    draft.needs.push(whole);
    draft.changes.push(whole);
    return;
  }
  if (table !== null && subname !== undefined) draft.needs.push(standing('table', table));
  draft.needs.push(from);
  const to = from.table === null && from.kind !== 'other' ? qualified(schemaOf(from.name), newname) : newname;
  draft.renames.push({ from, to: { ...from, name: to } });
}

function renamed({ renameType, relation, object, subname }: RenameStmt): SqlObject | null {
  const kind = kindOf(renameType);
  if (relation !== undefined && subname !== undefined && subname !== '') {
    return within(kind === 'other' ? 'column' : kind, relationName(relation), subname);
  }
  if (relation !== undefined) return standing(kind, relationName(relation));
  if (renameType === 'OBJECT_SCHEMA') return standing('schema', subname ?? '');
  return object === undefined ? standing(kind, subname ?? '') : namedObject(renameType, object);
}

/** Notes a move to another schema, which is a new name too. */
export function readSchemaMove({ objectType, relation, object, newschema }: AlterObjectSchemaStmt, draft: Draft): void {
  const from =
    relation === undefined ? namedObject(objectType, object) : standing(kindOf(objectType), relationName(relation));
  draft.needs.push(from);
  if (newschema !== undefined && newschema !== 'public') draft.needs.push(standing('schema', newschema));
  if (from.kind === 'extension' || from.kind === 'other') draft.changes.push(from);
  else draft.renames.push({ from, to: { ...from, name: qualified(newschema, bareName(from.name)) } });
}
