import {
  columnOfKnownTable,
  findObject,
  isTemporary,
  kindsNamedInCode,
  lookupKey,
  parseName,
  relationName,
  trackedSchema,
  trackStatement,
  unattributed,
  type SqlObject,
  type SqlStatement,
  type SqlType,
  type TrackedObject,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';

/** The effect of one statement on an object that existed before the text. */
export interface Step {
  /** The position of the statement in the text, from 0. */
  readonly index: number;
  readonly statement: SqlStatement;
  readonly from: TrackedObject;
  /** `null` if the statement drops it. */
  readonly to: TrackedObject | null;
}

/** The net effect of a whole text on one object that existed before it. */
export interface NetChange {
  readonly before: TrackedObject;
  /** The same object after the text, perhaps under another name; `null` if it was dropped. */
  readonly after: TrackedObject | null;
  /**
   * The object that has the old name after the text: the same object, or one that the text created; `null` if there is
   * none, or if the name went to another object that existed before.
   */
  readonly successor: TrackedObject | null;
  /** Whether the text copied rows or values from it, into a table that the text created or into another column. */
  readonly copied: boolean;
  /** The statements that changed it, in order. Never empty. */
  readonly steps: readonly Step[];
}

/** The difference that a whole text makes. */
export interface NetChanges {
  readonly statements: readonly SqlStatement[];
  /** The changed objects that existed before the text, in the order in which it first changes them. */
  readonly changes: readonly NetChange[];
  /** Returns the change of the object that had a name before the text; `null` if it was not changed. */
  readonly of: (object: Pick<SqlObject, 'kind' | 'name' | 'table'>) => NetChange | null;
  readonly before: TrackedObjects;
  readonly after: TrackedObjects;
}

/**
 * The revision of an object that no readable SQL creates, but that must exist, since a statement names it. Its
 * properties are unknown.
 */
const unknownRevision = '?';

/** Whether nothing is known about an object but its name. */
export function isUnknown({ createdBy }: TrackedObject): boolean {
  return createdBy === unknownRevision;
}

/**
 * Applies the statements of a text and returns the difference between the schema before and after it. An object keeps
 * its identity while it is renamed and changed. `visit` is called before each statement, with the objects at that
 * moment. Without `before` nothing is known about the schema, and every object that the text names counts as existing;
 * with it, an object that only an `if exists` names and that no revision creates does not exist.
 */
export function netChanges(
  statements: readonly SqlStatement[],
  before: TrackedObjects | undefined,
  visit: (statement: SqlStatement, objects: TrackedObjects, index: number) => void = () => {},
): NetChanges {
  const none: TrackedObjects = new Map();
  const initial = new Map((before ?? none).entries().map(([key, object]) => [key, identified(object)]));
  const tracked = trackedSchema(initial);
  const { objects } = tracked;
  const steps = new Map<TrackedObject, Step[]>();
  const copied = new Set<TrackedObject>();
  let touched = new Map<TrackedObject, TrackedObject | null>();
  const schema: typeof tracked = {
    ...tracked,
    put(object) {
      if (object.before !== undefined) touched.set(object.before, object);
      tracked.put(object);
    },
    remove(object) {
      if (object.before !== undefined) touched.set(object.before, null);
      tracked.remove(object);
    },
  };
  for (const [index, statement] of statements.entries()) {
    for (const object of assumedObjects(statement, objects, before === undefined)) {
      initial.set(lookupKey(object), object);
      tracked.put(object);
    }
    if (before !== undefined && isForAbsentTable(statement, objects)) continue;
    visit(statement, objects, index);
    for (const source of copiedBy(statement, objects)) copied.add(source);
    touched = new Map();
    trackStatement(schema, statement, unattributed);
    for (const [was, to] of touched) {
      const past = steps.get(was) ?? [];
      const from = past.at(-1)?.to ?? was;
      steps.set(was, [...past, { index, statement, from, to }]);
    }
  }
  const changes = Array.from(steps, ([was, all]): NetChange => {
    const found = objects.get(lookupKey(was)) ?? null;
    const isSuccessor = found?.before === was || found?.createdBy === unattributed.id;
    return {
      before: was,
      after: all.at(-1)?.to ?? null,
      successor: isSuccessor ? found : null,
      copied: copied.has(was),
      steps: all,
    };
  });
  const byKey = new Map(changes.map((change) => [lookupKey(change.before), change]));
  return { statements, changes, of: (object) => byKey.get(lookupKey(object)) ?? null, before: initial, after: objects };
}

/** Tracked objects are frozen, and most stay the same from one revision to the next. */
const known = new WeakMap<TrackedObject, TrackedObject>();

/** Returns the object with its identity, which its later states keep. */
function identified(object: TrackedObject): TrackedObject {
  const found = known.get(object) ?? { ...object, before: object };
  known.set(object, found);
  return found;
}

/** Whether a statement alters a table `if exists`, and no revision creates the table. */
function isForAbsentTable({ node }: SqlStatement, objects: TrackedObjects): boolean {
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.missing_ok !== true) return false;
  const { relation } = node.AlterTableStmt;
  return relation !== undefined && !objects.has(lookupKey(tableNamed(relationName(relation))));
}

/** Returns the objects that a statement changes, and that exist although no readable statement created them. */
function assumedObjects(
  { changes, drops, renames, needs }: SqlStatement,
  objects: TrackedObjects,
  everything: boolean,
): readonly TrackedObject[] {
  const named = [...changes, ...drops, ...renames.map(({ from }) => from)];
  return named.flatMap((object): readonly TrackedObject[] => {
    const { kind, name, table, value } = object;
    if (!kindsNamedInCode.has(kind) || findObject(objects, object) !== null || isTemporary(object)) return [];
    if (columnOfKnownTable(objects, object)?.createdBy === unattributed.id) return [];
    const isNeeded = needs.some((need) => lookupKey(need) === lookupKey(object));
    if (!isNeeded && !everything) return [];
    const values = typeof value?.from === 'string' ? { values: [value.from] } : {};
    return [
      identified({ kind, name, table, ...values, plugin: '', createdBy: unknownRevision, revision: unknownRevision }),
    ];
  });
}

/** Returns the objects from which a statement copies rows into a new table, or values into another column. */
function copiedBy({ node, needs, creates, writes }: SqlStatement, objects: TrackedObjects): readonly TrackedObject[] {
  const isNew = (table: string): boolean => objects.get(lookupKey(tableNamed(table)))?.createdBy === unattributed.id;
  const fillsNewTable = creates.some(({ kind }) => kind === 'table') || writes.some(isNew);
  if (!fillsNewTable && !('UpdateStmt' in node)) return [];
  return needs.flatMap((need) => findObject(objects, need)?.before ?? []);
}

function tableNamed(name: string): SqlObject {
  return { kind: 'table', name, table: null };
}

/**
 * Whether application code may name the object. It names neither the sequence behind a column, nor a function that only
 * triggers call, nor a domain, unless the text leaves columns without their domain.
 */
export function isNamedInCode(object: SqlObject, { before, after }: NetChanges): boolean {
  const { kind, name, type, ownedBy, returnsTrigger } = object;
  if (!kindsNamedInCode.has(kind) || ownedBy !== undefined || returnsTrigger === true) return false;
  if (kind === 'type' && type !== undefined) return after.values().some((one) => one.type?.name === name);
  return kind !== 'sequence' || !before.values().some(({ sequence }) => sequence === name);
}

/**
 * Whether the table or the schema that contained the object is gone under its name, or has been replaced by one whose
 * columns are unknown. Nothing more can be said about the object then.
 */
export function isGoneWithContainer({ before }: NetChange, net: NetChanges): boolean {
  const { kind, name, table } = before;
  const isGone = (container: SqlObject): boolean => {
    const change = net.of(container);
    return change !== null && (change.successor === null || hidesColumns(change.successor, net));
  };
  if (kind === 'column' && table !== null && isGone(tableNamed(table))) return true;
  if (typeof before.partitionOf === 'string' && net.of(tableNamed(before.partitionOf))?.after === null) return true;
  if (kind === 'schema' || kind === 'extension') return false;
  const schema = net.of({ kind: 'schema', name: parseName(table ?? name).schema, table: null });
  return schema !== null && schema.successor === null;
}

/** Whether a table or view that the text created has columns that its statement does not list. */
function hidesColumns({ kind, name, createdBy }: TrackedObject, { after }: NetChanges): boolean {
  if (createdBy !== unattributed.id) return false;
  return kind === 'view' || !after.values().some((object) => object.kind === 'column' && object.table === name);
}

/** Returns a type from before the text under the name that it has afterwards. */
export function typeAfter(type: SqlType, net: NetChanges): SqlType {
  return { ...type, name: net.of({ kind: 'type', name: type.name, table: null })?.after?.name ?? type.name };
}

/** Returns the last step that makes a difference which `differs` recognizes. */
export function lastStep(
  { steps }: NetChange,
  differs: (from: TrackedObject, to: TrackedObject | null) => boolean,
): Step | null {
  return steps.findLast(({ from, to }) => differs(from, to)) ?? null;
}
