import type { AlterTableCmd, AlterTableStmt, Node } from 'libpg-query';
import { createSequence, readColumn, sequenceIn } from './create-table.ts';
import { defaultName } from './default-name.ts';
import { sqlKind } from './named-object.ts';
import { nameText, parseName } from './qualified-name.ts';
import { needType, readQuery, tableScope } from './query.ts';
import { schemaObject, tablePart, type SqlObject } from './sql-object.ts';
import { sqlType } from './sql-type.ts';
import { needNothingOf, needRelation, type EffectsDraft } from './statement-effects.ts';
import { isNullConstant, optionValues, relationName } from './syntax-tree.ts';
import { readConstraint } from './table-constraint.ts';

/** Reads `alter table`, and `alter` of a view, an index or a sequence with the same syntax, command by command. */
export function readAlterTable(statement: AlterTableStmt, draft: EffectsDraft): void {
  const { relation, cmds = [], objtype, missing_ok: lenient } = statement;
  const kind = sqlKind(objtype);
  const altered = schemaObject(kind, needRelation(relation, draft, kind));
  const commands = cmds.flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []));
  // Like PostgreSQL, which drops first: a dropped name is free for the objects that the same statement creates.
  const isDrop = ({ subtype }: AlterTableCmd): boolean =>
    subtype === 'AT_DropConstraint' || subtype === 'AT_DropColumn';
  for (const command of commands) if (isDrop(command)) readCommand(altered, command, draft);
  for (const command of commands) if (!isDrop(command)) readCommand(altered, command, draft);
  if (lenient === true) needNothingOf(altered.name, draft);
}

function readCommand(altered: SqlObject, command: AlterTableCmd, draft: EffectsDraft): void {
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
      if (lenient === true) draft.ifExists = 'keeps';
      if (def !== undefined && 'ColumnDef' in def) readColumn(table, def.ColumnDef, draft);
      return undefined;
    case 'AT_AlterColumnType':
      return change({ ...tablePart('column', table, name), ...newType(def, table, draft) });
    case 'AT_SetNotNull':
    case 'AT_DropNotNull':
      return change({ ...tablePart('column', table, name), notNull: subtype === 'AT_SetNotNull' });
    case 'AT_ColumnDefault':
    case 'AT_SetExpression':
      readQuery(def, tableScope(table), draft);
      return change({
        ...tablePart('column', table, name),
        hasDefault: def !== undefined && !isNullConstant(def),
        sequence: null,
        ...sequenceIn(def),
        ...(subtype === 'AT_SetExpression' && { generated: true }),
      });
    case 'AT_AddIdentity':
      createSequence(table, name, draft);
      return change({ ...tablePart('column', table, name), notNull: true, hasDefault: true });
    case 'AT_DropIdentity': {
      const { schema, name: bare } = parseName(table);
      const sequence = nameText({ schema, name: defaultName(bare, name, 'seq') });
      draft.drops.push({ kind: 'sequence', name: sequence, table, ownedBy: name });
      return change({ ...tablePart('column', table, name), hasDefault: false });
    }
    case 'AT_DropExpression':
      return change({ ...tablePart('column', table, name), hasDefault: false, generated: false });
    case 'AT_SetIdentity':
      return change({ ...tablePart('column', table, name), ...newIdentity(def) });
    case 'AT_SetStatistics':
    case 'AT_SetOptions':
    case 'AT_ResetOptions':
    case 'AT_SetStorage':
    case 'AT_SetCompression':
      return name === '' ? change(altered) : change(tablePart('column', table, name));
    case 'AT_DropColumn':
      return drop(tablePart('column', table, name));
    case 'AT_AddConstraint':
      if (def !== undefined && 'Constraint' in def) readConstraint(table, def.Constraint, draft);
      return undefined;
    case 'AT_AlterConstraint':
    case 'AT_ValidateConstraint':
      return change({
        ...tablePart('constraint', table, constraintName(name, def)),
        ...(subtype === 'AT_ValidateConstraint' && { validated: true }),
      });
    case 'AT_DropConstraint':
      return drop(tablePart('constraint', table, name));
    case 'AT_EnableTrig':
    case 'AT_EnableAlwaysTrig':
    case 'AT_EnableReplicaTrig':
    case 'AT_DisableTrig':
      return change(tablePart('trigger', table, name));
    default:
      needOtherRelation(table, command, draft);
      return change(altered);
  }
}

function constraintName(name: string, def: Node | undefined): string {
  return def !== undefined && 'ATAlterConstraint' in def ? (def.ATAlterConstraint.conname ?? name) : name;
}

/** Returns whether `set generated` lets inserts supply the value. */
function newIdentity(def: Node | undefined): Partial<SqlObject> {
  const options = def !== undefined && 'List' in def ? def.List.items : undefined;
  const [generated] = optionValues(options, ['generated']);
  if (generated === undefined || !('Integer' in generated)) return {};
  // The parser returns the code of `a` or `d`.
  return { always: generated.Integer.ival === 'a'.charCodeAt(0) };
}

function newType(def: Node | undefined, table: string, draft: EffectsDraft): Partial<SqlObject> {
  if (def === undefined || !('ColumnDef' in def)) return {};
  const { typeName, raw_default: using } = def.ColumnDef;
  if (typeName === undefined) return {};
  needType(typeName, draft);
  readQuery(using, tableScope(table), draft);
  return { type: sqlType(typeName) };
}

/** Adds the other table or the index that a command names: a parent, a partition, the index of a replica identity. */
function needOtherRelation(table: string, { name, def, subtype }: AlterTableCmd, draft: EffectsDraft): void {
  if (def !== undefined && 'RangeVar' in def) needRelation(def.RangeVar, draft);
  if (def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.name !== undefined) {
    const partition = schemaObject('table', relationName(def.PartitionCmd.name));
    draft.needs.push(partition);
    const { bound } = def.PartitionCmd;
    const partitionOf = subtype === 'AT_AttachPartition' ? table : null;
    draft.changes.push({ ...partition, partitionOf, defaultPartition: bound?.is_default === true });
    readQuery(bound, tableScope(table), draft);
  }
  const index = subtype === 'AT_ClusterOn' ? name : undefined;
  const identity = def !== undefined && 'ReplicaIdentityStmt' in def ? def.ReplicaIdentityStmt.name : undefined;
  for (const one of [index, identity]) {
    if (one === undefined || one === '') continue;
    draft.needs.push(schemaObject('index', nameText({ ...parseName(table), name: one })));
  }
}
