import { explainType, findObject, trackStatement, here, lookupKey, isCreatedInSameSql, isNewTable, kindsNamedInCode, trackedSchema, readSql, displayName, type TrackedObjects, type SchemaHistory, type SqlObject, type SqlStatement } from '@headwater/kernel/internal';
import { rebuiltTypes, type RebuiltType } from './rebuilt-type.ts';
import { typeChange } from './type-change.ts';

/**
 * Why code from before cannot live with what a piece of SQL leaves behind, in words that go after «it»: `drops the
 * column core_user.name, makes core_user.email not null`. `null` where it can. That is a drop or another name of what
 * code names, a type into which not every old value fits, an enum without one of its values, and a column that now wants
 * a value.
 *
 * A new unique, check, foreign or exclusion constraint is none: it refuses some rows, and which ones the code before
 * wrote, nobody can tell from here. What the SQL made itself breaks nothing, and a view or function that is made anew
 * under its name counts as the same.
 *
 * With the `history` before it types, enums and null are judged against what was there; without, a changed type counts as
 * narrower, and a rebuilt enum as one that lost a value. Throws SQL_SYNTAX.
 */
export async function whyBreaking(sql: string, history?: Pick<SchemaHistory, 'objects'>): Promise<string | null> {
  const schema = trackedSchema(history?.objects);
  const { objects } = schema;
  const { statements } = await readSql(sql, objects);
  const rebuilt = rebuiltTypes(statements, history?.objects ?? new Map());
  const reasons: string[] = rebuilt.flatMap(lostValues);
  const remade = new Set(statements.flatMap(remakes));
  for (const statement of statements) {
    reasons.push(...goneBy(statement, objects, remade, rebuilt), ...changedBy(statement, objects, rebuilt));
    trackStatement(schema, statement, here);
  }
  reasons.push(...demandedBy(objects));
  return reasons.length === 0 ? null : [...new Set(reasons)].join(', ');
}

function lostValues({ name, lost }: RebuiltType): readonly string[] {
  if (lost === null) return [`rebuilds the type ${name}`];
  return lost.map((value) => `removes '${value}' from the type ${name}`);
}

/** Views and functions that are made, whose drop before is no loss. */
function remakes({ creates }: SqlStatement): readonly string[] {
  return creates.flatMap((made) => (made.kind === 'view' || made.kind === 'function' ? [lookupKey(made)] : []));
}

function goneBy(
  { drops, renames }: SqlStatement,
  objects: TrackedObjects,
  remade: ReadonlySet<string>,
  rebuilt: readonly RebuiltType[],
): readonly string[] {
  const matters = (object: SqlObject): boolean =>
    kindsNamedInCode.has(object.kind) &&
    object.ownedBy === undefined &&
    !isCreatedInSameSql(objects, object) &&
    !isNewTable(objects, object.table) &&
    !rebuilt.some(({ former }) => object.kind === 'type' && former.has(object.name));
  const dropped = drops.filter((object) => matters(object) && !remade.has(lookupKey(object)));
  const renamed = renames.filter(({ from }) => matters(from));
  return [
    ...dropped.map((object) => `drops the ${object.kind} ${displayName(object)}`),
    ...renamed.map(({ from }) => `renames the ${from.kind} ${displayName(from)}`),
  ];
}

function changedBy(
  { changes }: SqlStatement,
  objects: TrackedObjects,
  rebuilt: readonly RebuiltType[],
): readonly string[] {
  return changes.flatMap((changed) => {
    const found = findObject(objects, changed);
    if (found?.createdBy === here.id || isNewTable(objects, changed.table)) return [];
    const name = displayName(changed);
    if (changed.type !== undefined && !rebuilt.some((type) => type.current.has(changed.type?.name ?? ''))) {
      const to = explainType(changed.type);
      if (found?.type === undefined) return [`changes the type of ${name} to ${to}`];
      const values = (type: string): readonly string[] | undefined =>
        findObject(objects, { kind: 'type', name: type, table: null })?.values;
      const { fits } = typeChange(found.type, changed.type, values);
      return fits ? [] : [`changes the type of ${name} from ${explainType(found.type)} to ${to}`];
    }
    if (changed.value !== undefined && changed.value.from !== null) {
      return [`renames '${changed.value.from}' of the type ${name}`];
    }
    if (changed.notNull === true && found?.notNull !== true) return [`makes ${name} not null`];
    if (changed.hasDefault === false && found?.notNull === true && found.hasDefault === true) {
      return [`takes the default of ${name}, which is not null, away`];
    }
    return [];
  });
}

/** Columns that the SQL added to a table from before, and that want a value of whoever inserts. */
function demandedBy(objects: TrackedObjects): readonly string[] {
  return objects
    .values()
    .filter(({ kind, createdBy, notNull, hasDefault }) => {
      return kind === 'column' && createdBy === here.id && notNull === true && hasDefault !== true;
    })
    .filter(({ table }) => !isNewTable(objects, table))
    .map((column) => `adds ${displayName(column)}, which is not null and has no default`)
    .toArray();
}
