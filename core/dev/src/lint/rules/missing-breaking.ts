import type { SchemaHistory } from '@headwater/kernel/internal/ownership';
import {
  explainType,
  findObject,
  trackStatement,
  unattributed,
  lookupKey,
  isCreatedInSameSql,
  isNewTable,
  kindsNamedInCode,
  trackedSchema,
  readSql,
  displayName,
  type TrackedObjects,
  type SqlObject,
  type SqlStatement,
} from '@headwater/kernel/internal/sql';
import type { RuleFinding } from '../finding.ts';
import { rebuiltTypes, type RebuiltType } from '../rebuilt-types.ts';
import { typeChange } from '../type-change.ts';

/** Reports a revision that is not marked `breaking` although {@link breakingReason} gives a reason. */
export function missingBreaking(reason: string): RuleFinding {
  const message = `Older code is not compatible with this revision: it ${reason}.`;
  return { rule: 'missing-breaking', object: null, message, safer: 'breaking: true,', at: null };
}

/**
 * Explains why a piece of SQL breaks older code, phrased to follow "it": `drops the column core_user.name, makes
 * core_user.email not null`. Returns `null` if older code stays compatible with the schema. These changes are
 * breaking: a drop or rename of an object that code names, a type that some old values may not fit, an enum that loses
 * a value, and a column that now requires a value.
 *
 * A new unique, check, foreign key or exclusion constraint is not breaking: it rejects some rows, and the SQL does not
 * show whether older code writes them. Changes of objects that the SQL itself creates are not breaking either, and a
 * view or function that is recreated under its name counts as unchanged.
 *
 * The old types, enum values and nullability come from `history`. Without it, any new type of a column counts as
 * narrower, and any rebuilt enum as one that lost a value. Throws SQL_SYNTAX.
 */
export async function breakingReason(sql: string, history?: Pick<SchemaHistory, 'objects'>): Promise<string | null> {
  const schema = trackedSchema(history?.objects);
  const { objects } = schema;
  const { statements } = await readSql(sql, objects);
  const rebuilt = rebuiltTypes(statements, history?.objects ?? new Map());
  const reasons: string[] = rebuilt.flatMap(lostValues);
  const recreated = new Set(statements.flatMap(recreatedObjects));
  for (const statement of statements) {
    reasons.push(
      ...removals(statement, objects, recreated, rebuilt),
      ...breakingColumnChanges(statement, objects, rebuilt),
    );
    trackStatement(schema, statement, unattributed);
  }
  reasons.push(...requiredColumns(objects));
  return reasons.length === 0 ? null : [...new Set(reasons)].join(', ');
}

function lostValues({ name, lost }: RebuiltType): readonly string[] {
  if (lost === null) return [`rebuilds the type ${name}`];
  return lost.map((value) => `removes '${value}' from the type ${name}`);
}

/** Views and functions that the SQL creates. If it drops one first, it only replaces it. */
function recreatedObjects({ creates }: SqlStatement): readonly string[] {
  return creates.flatMap((made) => (made.kind === 'view' || made.kind === 'function' ? [lookupKey(made)] : []));
}

function removals(
  { drops, renames }: SqlStatement,
  objects: TrackedObjects,
  recreated: ReadonlySet<string>,
  rebuilt: readonly RebuiltType[],
): readonly string[] {
  const matters = (object: SqlObject): boolean =>
    kindsNamedInCode.has(object.kind) &&
    object.ownedBy === undefined &&
    !isCreatedInSameSql(objects, object) &&
    !isNewTable(objects, object.table) &&
    !rebuilt.some(({ former }) => object.kind === 'type' && former.has(object.name));
  const dropped = drops.filter((object) => matters(object) && !recreated.has(lookupKey(object)));
  const renamed = renames.filter(({ from }) => matters(from));
  return [
    ...dropped.map((object) => `drops the ${object.kind} ${displayName(object)}`),
    ...renamed.map(({ from }) => `renames the ${from.kind} ${displayName(from)}`),
  ];
}

function breakingColumnChanges(
  { changes }: SqlStatement,
  objects: TrackedObjects,
  rebuilt: readonly RebuiltType[],
): readonly string[] {
  return changes.flatMap((changed) => {
    const found = findObject(objects, changed);
    if (found?.createdBy === unattributed.id || isNewTable(objects, changed.table)) return [];
    const name = displayName(changed);
    if (changed.type !== undefined && !rebuilt.some((type) => type.current.has(changed.type?.name ?? ''))) {
      const to = explainType(changed.type);
      if (found?.type === undefined) return [`changes the type of ${name} to ${to}`];
      const valuesOf = (type: string): readonly string[] | undefined =>
        findObject(objects, { kind: 'type', name: type, table: null })?.values;
      const { fits } = typeChange(found.type, changed.type, valuesOf);
      return fits ? [] : [`changes the type of ${name} from ${explainType(found.type)} to ${to}`];
    }
    if (changed.value !== undefined && changed.value.from !== null) {
      return [`renames '${changed.value.from}' of the type ${name}`];
    }
    if (changed.notNull === true && found?.notNull !== true) return [`makes ${name} not null`];
    if (changed.hasDefault === false && found?.notNull === true && found.hasDefault === true) {
      return [`drops the default of ${name}, which is not null`];
    }
    return [];
  });
}

/** Columns that the SQL added to an existing table and that every insert has to supply. */
function requiredColumns(objects: TrackedObjects): readonly string[] {
  return objects
    .values()
    .filter(({ kind, createdBy, notNull, hasDefault }) => {
      return kind === 'column' && createdBy === unattributed.id && notNull === true && hasDefault !== true;
    })
    .filter(({ table }) => !isNewTable(objects, table))
    .map((column) => `adds ${displayName(column)}, which is not null and has no default`)
    .toArray();
}
