import type { KeyReference, ObjectState, ObjectStates, RowCounts } from '../catalog/object-states.ts';
import { parseName } from '../sql/qualified-name.ts';
import type { ObjectName, RevisionEffects } from './effects-json.ts';
import { objectName } from './revision-effects.ts';
import { mayWriteRows, ownerOf, type OwnedObject, type Owners, type Touch } from './rule-book.ts';

/** What a revision did, as seen by comparing the database before and after it. */
export interface Observation {
  readonly effects: RevisionEffects;
  readonly touches: readonly Touch[];
}

/** The two moments that are compared. `states` are equal if the row counts of the catalogs have not changed. */
export interface Moments {
  /** Whether a statement that could have changed rows counts even if there were no rows to change. */
  readonly attemptsCount: boolean;
  readonly before: { readonly states: ObjectStates; readonly rows: RowCounts };
  readonly after: { readonly states: ObjectStates; readonly rows: RowCounts };
}

/**
 * Compares two moments of one transaction. Rows that a foreign key's action changed are not the revision's doing, nor
 * are rows that a trigger or rule of their own owner changed.
 */
export function observe(moments: Moments, owners: Owners): Observation {
  const objects = observeObjects(moments.before.states, moments.after.states);
  return { effects: objects.effects, touches: [...objects.touches, ...observeRows(moments, owners)] };
}

function observeObjects(before: ObjectStates, after: ObjectStates): Observation {
  const touches: Touch[] = [];
  const [created, changed, dropped]: [ObjectName[], ObjectName[], ObjectName[]] = [[], [], []];
  const renamed: [ObjectName, ObjectName][] = [];
  const touch = (action: Touch['action'], state: ObjectState, states: ObjectStates): ObjectName => {
    const one = touchOf(action, state, states);
    touches.push(one);
    return objectName(one.object);
  };
  // Changing the type of a column rebuilds the indexes and constraints over it, with new ids.
  const gone = new Map<string, ObjectState>();
  for (const state of before.values()) if (!after.has(state.id)) gone.set(placeOf(state), state);
  for (const state of after.values()) {
    const old = before.get(state.id) ?? gone.get(placeOf(state));
    if (old === undefined) {
      created.push(touch('creates', state, after));
      continue;
    }
    if (old.id !== state.id) gone.delete(placeOf(state));
    if (old.name !== state.name && !movedWithTable(old, state, before, after)) {
      renamed.push([touch('renames', old, before), objectName(objectOf(state, after))]);
    }
    if (old.hash !== state.hash) changed.push(touch('changes', old, before));
  }
  for (const state of gone.values()) dropped.push(touch('drops', state, before));
  return { effects: { created, changed, dropped, renamed }, touches };
}

/** Returns a touch of an object, by its state. */
export function touchOf(action: Touch['action'], state: ObjectState, states: ObjectStates): Touch {
  const over = state.columns.map((id) => states.get(id)?.name ?? '');
  const references = state.reference === null ? null : (states.get(state.reference.table)?.name ?? null);
  return { action, object: objectOf(state, states), over, references };
}

function objectOf({ kind, name, parent }: ObjectState, states: ObjectStates): OwnedObject {
  return { kind, name, table: parent === null ? null : (states.get(parent)?.name ?? null) };
}

/** Returns what identifies an object: its place if PostgreSQL may rebuild it with a new id, otherwise its id. */
function placeOf({ kind, id, name, parent }: ObjectState): string {
  return kind === 'index' || kind === 'constraint' ? `${kind} ${name} ${parent}` : id;
}

/** Whether the new name is only another schema, into which the object followed its table. */
function movedWithTable(old: ObjectState, state: ObjectState, before: ObjectStates, after: ObjectStates): boolean {
  if (old.parent === null || parseName(old.name).name !== parseName(state.name).name) return false;
  return before.get(old.parent)?.name !== after.get(old.parent)?.name;
}

/** How the rows of a table have changed. A truncation deletes them. */
interface RowChange {
  readonly inserted: boolean;
  readonly updated: boolean;
  readonly deleted: boolean;
}

/** The changes of rows, by the id of the table. */
type RowChanges = ReadonlyMap<string, RowChange>;

function rowChanges({ before, after, attemptsCount }: Moments): RowChanges {
  const changes = new Map<string, RowChange>();
  if (attemptsCount) {
    const earlier = new Set(before.rows.attempted);
    for (const id of after.rows.attempted) {
      if (!earlier.has(id)) changes.set(id, { inserted: false, updated: false, deleted: false });
    }
  }
  for (const [id, now] of after.rows.tables) {
    const [inserted, updated, deleted] = now.map((n, i) => n !== (before.rows.tables.get(id)?.[i] ?? 0));
    if (inserted === true || updated === true || deleted === true) {
      changes.set(id, { inserted: inserted === true, updated: updated === true, deleted: deleted === true });
    }
  }
  // Defining or changing a column may rewrite the table.
  const altered = new Set(
    after.states
      .values()
      .flatMap(({ kind, id, parent, hash }) =>
        kind === 'column' && before.states.get(id)?.hash !== hash ? [parent] : [],
      ),
  );
  for (const { id, file, hash } of after.states.values()) {
    const old = before.states.get(id);
    if (file === null || old === undefined || old.file === file || altered.has(id) || old.hash !== hash) continue;
    changes.set(id, { inserted: false, updated: false, ...changes.get(id), deleted: true });
  }
  return changes;
}

function observeRows(moments: Moments, owners: Owners): readonly Touch[] {
  const before = moments.before.states;
  const changes = rowChanges(moments);
  const known = [...changes.keys()].filter((id) => before.get(id)?.kind === 'table');
  // A revision owns the columns that it creates.
  const extended = new Set(
    moments.after.states
      .values()
      .flatMap(({ kind, id, parent }) => (kind === 'column' && !before.has(id) ? [parent] : [])),
  );
  const allowed = new Set(known.filter((id) => extended.has(id) || mayWrite(id, before, owners)));
  const left = new Set(known.filter((id) => !allowed.has(id)));
  if (left.size === 0) return [];
  const causes = causesIn(moments, changes, owners);
  for (let found = true; found;) {
    found = false;
    for (const id of left) {
      if (!causes.some(({ table, by }) => table === id && (by === null || allowed.has(by)))) continue;
      allowed.add(id);
      left.delete(id);
      found = true;
    }
  }
  return Array.from(left, (id) => {
    const object: OwnedObject = { kind: 'table', name: before.get(id)?.name ?? '', table: null };
    return { action: 'changes rows of', object, over: [], references: null };
  });
}

/** A partition holds rows of its parents. */
function mayWrite(id: string, states: ObjectStates, owners: Owners): boolean {
  if (mayWriteRows(owners, states.get(id)?.name ?? '')) return true;
  const links = states
    .values()
    .filter((state) => state.kind === 'partition' && state.id.startsWith(`i${id.slice(1)}.`));
  return links.some(({ parent }) => parent !== null && mayWrite(parent, states, owners));
}

/** A reason for which rows of a table may have changed although the revision did not change them itself. */
interface Cause {
  /** The id of the table whose rows changed. */
  readonly table: string;
  /** The id of the table whose change caused it; `null` if the cause itself is not counted. */
  readonly by: string | null;
}

function causesIn({ before, after }: Moments, changes: RowChanges, owners: Owners): readonly Cause[] {
  const causes: Cause[] = [];
  for (const { states } of [before, after]) {
    for (const state of states.values()) {
      const { kind, parent, reference } = state;
      if (parent === null) continue;
      const change = changes.get(parent);
      if (reference !== null && change !== undefined && isByKey(change, changes.get(reference.table), reference)) {
        causes.push({ table: parent, by: reference.table });
      }
      if (kind === 'trigger' || kind === 'rule') causes.push(...causesByCode(state, states, changes, owners));
    }
  }
  return causes;
}

/** Whether the actions of a foreign key explain the changes of its table. */
function isByKey(change: RowChange, target: RowChange | undefined, { onDelete, onUpdate }: KeyReference): boolean {
  const sets = /^[nd]$/;
  const actsOnDelete = target?.deleted === true;
  const actsOnUpdate = target?.updated === true;
  const mayDelete = actsOnDelete && onDelete === 'c';
  const mayUpdate =
    (actsOnDelete && sets.test(onDelete)) || (actsOnUpdate && (onUpdate === 'c' || sets.test(onUpdate)));
  return !change.inserted && (!change.deleted || mayDelete) && (!change.updated || mayUpdate);
}

/** The rows of a plugin that its own trigger or rule changes. */
function causesByCode(code: ObjectState, states: ObjectStates, changes: RowChanges, owners: Owners): readonly Cause[] {
  const { kind, parent } = code;
  if (parent === null) return [];
  const maker = ownerOf(owners, objectOf(code, states));
  const home = states.get(parent);
  // A rule, or a trigger of a view, may replace the change that caused it, which then is not counted.
  const isReplaced = (kind === 'rule' || home?.kind === 'view') && mayWriteRows(owners, home?.name ?? '');
  return [...changes.keys()].flatMap((id) => {
    const owner = ownerOf(owners, { kind: 'table', name: states.get(id)?.name ?? '', table: null });
    return maker !== null && owner === maker ? [{ table: id, by: isReplaced ? null : parent }] : [];
  });
}
