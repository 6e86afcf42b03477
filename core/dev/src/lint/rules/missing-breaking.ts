import type { SchemaHistory } from '@headwater/kernel/internal/ownership';
import {
  displayName,
  explainType,
  isNewTable,
  lookupKey,
  nameFromNodes,
  readSql,
  relationName,
  unattributed,
  type SqlStatement,
  type SqlType,
  type TrackedObject,
} from '@headwater/kernel/internal/sql';
import { explainTypes, typeChangeIn } from '../altered-type.ts';
import type { RuleFinding } from '../finding.ts';
import {
  isGoneWithContainer,
  isNamedInCode,
  netChanges,
  typeAfter,
  type NetChange,
  type NetChanges,
} from '../net-changes.ts';
import { requiredByChecks } from '../proven-not-null.ts';
import { lostValues } from './enum-value-removed.ts';

/** Reports a revision that is not marked `breaking` although {@link breakingReason} gives a reason. */
export function missingBreaking(reason: string): RuleFinding {
  const message = `Older code is not compatible with this revision: it ${reason}.`;
  return { rule: 'missing-breaking', object: null, message, safer: 'breaking: true,', at: null };
}

/**
 * Explains why a piece of SQL breaks older code, phrased to follow "it": `drops the column core_user.name, makes
 * core_user.email not null`. Returns `null` if older code stays compatible with the schema that the whole text leaves
 * behind. These changes are breaking: an object that code names is gone or has another name, code written for the old
 * type of a column does not work with the new one, a view loses a column, an enum loses a value, a composite type gets
 * an attribute, and a column now requires a value, or takes none.
 *
 * A new unique, foreign key or exclusion constraint is not breaking, nor is a check, unless it only requires a value: it
 * rejects some rows, and the SQL does not show whether older code writes them. Changes of objects that the SQL itself creates are not breaking either, and an
 * object that is recreated under its name is compared with the old one.
 *
 * The old types, enum values and nullability come from `history`. Without it, any new type of a column counts as
 * incompatible, and any rebuilt enum as one that lost a value. Throws SQL_SYNTAX.
 */
export async function breakingReason(sql: string, history?: Pick<SchemaHistory, 'objects'>): Promise<string | null> {
  const { statements } = await readSql(sql, history?.objects);
  return breakingReasonIn(netChanges(statements, history?.objects));
}

/** Explains why the difference that a text makes breaks older code, like {@link breakingReason}. */
export function breakingReasonIn(net: NetChanges): string | null {
  const reasons = [
    ...net.statements.flatMap(({ node }) => ('DropOwnedStmt' in node ? ['drops everything that a role owns'] : [])),
    ...net.changes.flatMap((change) => reasonsIn(change, net)),
    ...requiredColumns(net),
    ...provenColumns(net),
    ...net.statements.flatMap((statement) => [...newAttributes(statement, net), ...requiredValues(statement, net)]),
  ];
  return reasons.length === 0 ? null : [...new Set(reasons)].join(', ');
}

function reasonsIn(change: NetChange, net: NetChanges): readonly string[] {
  const { before, after, successor } = change;
  if (!isNamedInCode(before, net) || isGoneWithContainer(change, net)) return [];
  const named = `the ${before.kind} ${displayName(before)}`;
  if (successor === null) {
    if (after !== null) return [`renames ${named}`];
    const heir = net.after.get(lookupKey(before))?.before;
    return [heir === undefined ? `drops ${named}` : `replaces ${named} with ${displayName(heir)}`];
  }
  if (before.kind === 'column') return columnReasons(before, successor, net);
  if (before.kind === 'view') return viewReasons(before, successor);
  return before.kind === 'type' ? typeReasons(change) : [];
}

/** Columns that a view no longer has, if both statements list them. */
function viewReasons(view: TrackedObject, now: TrackedObject): readonly string[] {
  const { name, outputs } = view;
  const kept = now.kind === 'view' ? now.outputs : null;
  // A view that stays can only rename its columns, which are changes of their own.
  if (!outputs || !kept || now.before === view) return [];
  return outputs.filter((output) => !kept.includes(output)).map((output) => `drops the column ${name}.${output}`);
}

function typeReasons(change: NetChange): readonly string[] {
  const { before, successor } = change;
  const { name } = before;
  if (successor?.before === before) {
    const renamed = (before.values ?? []).filter((value) => successor.values?.includes(value) !== true);
    return renamed.map((value) => `renames '${value}' of the type ${name}`);
  }
  const lost = lostValues(change);
  if (lost === 'none') return [];
  return lost === 'unknown'
    ? [`rebuilds the type ${name}`]
    : lost.map((value) => `removes '${value}' from the type ${name}`);
}

function columnReasons(before: TrackedObject, now: TrackedObject, net: NetChanges): readonly string[] {
  const name = displayName(before);
  const reasons: string[] = [];
  if (now.type !== undefined && !isSameType(before.type, now.type, net)) {
    const { compatible } = typeChangeIn(net.before, before.type, net.after, now.type);
    if (!compatible) reasons.push(`changes the type of ${name} ${explainTypes(before.type, now.type)}`);
  }
  if (now.notNull === true && before.notNull !== true && !requiredByChecks(net.before).has(lookupKey(before))) {
    reasons.push(`makes ${name} not null`);
  }
  if (now.always === true && before.always === false) reasons.push(`makes ${name} generated always`);
  const neededNoValue = before.notNull === true && before.hasDefault === true;
  if (neededNoValue && now.notNull === true && now.hasDefault !== true) {
    reasons.push(`drops the default of ${name}, which is not null`);
  }
  return reasons;
}

/** Whether a column has the type that it had, perhaps under another name of the type. */
function isSameType(from: SqlType | undefined, to: SqlType, net: NetChanges): boolean {
  return from !== undefined && [from, typeAfter(from, net)].some((type) => explainType(type) === explainType(to));
}

/** Attributes that the SQL adds to a composite type, whose values older code writes with too few. */
function newAttributes({ node }: SqlStatement, { before }: NetChanges): readonly string[] {
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.objtype !== 'OBJECT_TYPE') return [];
  const { relation, cmds = [] } = node.AlterTableStmt;
  const type = relation === undefined ? '' : relationName(relation);
  if (!before.has(lookupKey({ kind: 'type', name: type, table: null }))) return [];
  return cmds.flatMap((command) => {
    if (!('AlterTableCmd' in command) || command.AlterTableCmd.subtype !== 'AT_AddColumn') return [];
    const { def } = command.AlterTableCmd;
    return def !== undefined && 'ColumnDef' in def ? [`adds ${def.ColumnDef.colname ?? ''} to the type ${type}`] : [];
  });
}

/** Domains of columns that code knows, and that require a value from now on. */
function requiredValues({ node }: SqlStatement, { before }: NetChanges): readonly string[] {
  if (!('AlterDomainStmt' in node)) return [];
  const { subtype, typeName, def } = node.AlterDomainStmt;
  const isRequired =
    subtype === 'O' || (def !== undefined && 'Constraint' in def && def.Constraint.contype === 'CONSTR_NOTNULL');
  const domain = nameFromNodes(typeName);
  const isUsed = before.values().some(({ kind, type }) => kind === 'column' && type?.name === domain);
  return isRequired && isUsed ? [`makes the domain ${domain} not null`] : [];
}

/** Columns that code knows, and that a new check requires to have a value. */
function provenColumns({ before, after }: NetChanges): readonly string[] {
  const keys = [...requiredByChecks(after).difference(requiredByChecks(before))];
  return keys.flatMap((key) => {
    const [column, now] = [before.get(key), after.get(key)];
    if (column === undefined || column.notNull === true) return [];
    const isSame = now !== undefined && now.before === column.before && now.notNull !== true;
    return isSame ? [`makes ${displayName(column)} not null`] : [];
  });
}

/** Columns that the SQL added to a table that code knows, and that every insert has to supply. */
function requiredColumns({ before, after }: NetChanges): readonly string[] {
  const proven = requiredByChecks(after);
  return after
    .values()
    .filter((object) => {
      const { kind, createdBy, notNull, hasDefault, table } = object;
      const isNew = kind === 'column' && createdBy === unattributed.id && !before.has(lookupKey(object));
      if (!isNew || hasDefault === true || (notNull !== true && !proven.has(lookupKey(object)))) return false;
      // A table may take the place of a view, into which no code inserts.
      return (
        !isNewTable(after, table) ||
        before.get(lookupKey({ kind: 'table', name: table ?? '', table: null }))?.kind === 'table'
      );
    })
    .map((column) => `adds ${displayName(column)}, which is not null and has no default`)
    .toArray();
}
