import { trackStatement, here, isCreatedInSameSql, isNewTable, trackedSchema, displayName, type TrackedObjects, type SqlObject, type SqlStatement } from '@headwater/kernel/internal';
import { quoteName } from './danger.ts';
import type { Discovery, Place } from './finding.ts';

/** Whose an object is, as far as it is known. */
export type OwnerOf = (object: SqlObject) => string | null;

/** What the rule is judged by. */
export interface Ownership {
  readonly plugin: string;
  readonly ownerOf: OwnerOf;
  /** The columns of a table that the plugin owns before the SQL. */
  readonly ownColumns: (table: string) => readonly string[];
}

/**
 * What a piece of SQL does to things of other plugins. Allowed are a column on another plugin's table that is nullable or
 * has a default; constraints, indexes and triggers there over or beside columns of the plugin's own; and rows of tables on
 * which it owns a column.
 */
export function foreignDiscoveries(
  statements: readonly SqlStatement[],
  ownership: Ownership,
  placeOf: (statement: SqlStatement) => Place,
): readonly Discovery[] {
  const schema = trackedSchema();
  const { objects } = schema;
  const all = statements.flatMap((statement) => {
    const problems = problemsOf(statement, objects, ownership);
    trackStatement(schema, statement, here);
    return problems.map((problem): Discovery => ({ ...problem, rule: 'foreign-object', at: placeOf(statement) }));
  });
  return [...all, ...demands(statements, objects, ownership, placeOf)];
}

type Problem = Pick<Discovery, 'message' | 'safer'>;

function problemsOf(statement: SqlStatement, objects: TrackedObjects, ownership: Ownership): readonly Problem[] {
  const { plugin, ownerOf } = ownership;
  const foreign = (object: SqlObject): string | null => {
    if (isCreatedInSameSql(objects, object) || isNewTable(objects, object.table)) return null;
    const owner = ownerOf(object);
    return owner === plugin ? null : owner;
  };
  const touch = (object: SqlObject, does: string): readonly Problem[] => {
    const owner = foreign(object);
    if (owner === null) return [];
    return [
      { message: `It ${does} the ${object.kind} ${displayName(object)}, which ${owner} owns.`, safer: moved(owner) },
    ];
  };
  return [
    ...statement.drops.flatMap((object) => touch(object, 'drops')),
    ...statement.changes.flatMap((object) => touch(object, 'changes')),
    ...statement.renames.flatMap(({ from }) => touch(from, 'renames')),
    ...statement.creates.flatMap((made) => [
      ...(owned(made, statement) ? touch(made, 'makes') : []),
      ...insideForeign(made, statement, objects, ownership),
    ]),
    ...statement.writes.flatMap((table) => writing(table, statement, objects, ownership)),
  ];
}

/** Whether what is made may be there already: then it is somebody's. Parts are judged by their table. */
function owned({ table, kind }: SqlObject, { ifThere }: SqlStatement): boolean {
  return ifThere !== 'fails' && table === null && kind !== 'schema' && kind !== 'extension';
}

function moved(owner: string): string {
  return `-- it is for ${owner} to change: a revision of ${owner}, on which this plugin's then depends`;
}

function insideForeign(
  made: SqlObject,
  { needs, creates }: SqlStatement,
  objects: TrackedObjects,
  { plugin, ownerOf, ownColumns }: Ownership,
): readonly Problem[] {
  const { table, kind } = made;
  if (table === null || kind === 'column' || kind === 'sequence' || isNewTable(objects, table)) return [];
  const owner = ownerOf({ kind: 'table', name: table, table: null });
  if (owner === null || owner === plugin) return [];
  // A constraint may come with its column, in one statement.
  const added = creates.filter((one) => one.kind === 'column' && one.table === table).map(({ name }) => name);
  const mine = new Set([...ownColumns(table), ...columnsMadeHere(objects, table), ...added]);
  if (kind === 'trigger' && mine.size > 0) return [];
  const named = needs.filter((need) => need.kind === 'column' && need.table === table).map(({ name }) => name);
  const columns = made.columns ?? named;
  const isOver = kind === 'constraint' || kind === 'index' || kind === 'statistics';
  if (isOver && columns.length > 0 && columns.every((column) => mine.has(column))) return [];
  const others = columns.filter((column) => !mine.has(column));
  const over = isOver && others.length > 0 ? `, over ${others.join(', ')}` : '';
  const message = `It puts the ${kind} ${made.name} on ${table}, which ${owner} owns${over}.`;
  return [{ message, safer: isOver ? moved(owner) : null }];
}

function columnsMadeHere(objects: TrackedObjects, table: string): readonly string[] {
  return objects
    .values()
    .filter((object) => object.kind === 'column' && object.table === table && object.createdBy === here.id)
    .map(({ name }) => name)
    .toArray();
}

function writing(
  table: string,
  { node, creates }: SqlStatement,
  objects: TrackedObjects,
  { plugin, ownerOf, ownColumns }: Ownership,
): readonly Problem[] {
  const object: SqlObject = { kind: 'table', name: table, table: null };
  if (isNewTable(objects, table) || creates.some(({ name }) => name === table)) return [];
  const owner = ownerOf(object);
  if (owner === null || owner === plugin) return [];
  const mine = [...ownColumns(table), ...columnsMadeHere(objects, table)];
  if (mine.length > 0 && !('TruncateStmt' in node)) return [];
  return [
    {
      message: `It changes rows of ${table}, which ${owner} owns and on which ${plugin} has no column.`,
      safer: moved(owner),
    },
  ];
}

/** Columns that in the end want a value of whoever inserts: with the plugin switched off nobody gives one. */
function demands(
  statements: readonly SqlStatement[],
  objects: TrackedObjects,
  { plugin, ownerOf }: Ownership,
  placeOf: (statement: SqlStatement) => Place,
): readonly Discovery[] {
  return [...objects.values()].flatMap((column): readonly Discovery[] => {
    const { kind, table, name, notNull, hasDefault, createdBy } = column;
    if (kind !== 'column' || table === null || createdBy !== here.id || isNewTable(objects, table)) return [];
    const owner = ownerOf({ kind: 'table', name: table, table: null });
    if (owner === null || owner === plugin || notNull !== true || hasDefault === true) return [];
    const statement = statements.findLast(({ creates, changes }) =>
      [...creates, ...changes].some((one) => one.kind === 'column' && one.table === table && one.name === name),
    );
    const message = `The column ${table}.${name} on a table of ${owner} is not null and has no default: without ${plugin} nobody could insert there.`;
    const safer = `alter table ${quoteName(table)} alter column ${quoteName(name)} set default …;`;
    return [{ rule: 'foreign-object', message, safer, at: statement === undefined ? null : placeOf(statement) }];
  });
}
