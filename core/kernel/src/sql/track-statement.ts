import { lookupKey } from './object-key.ts';
import { nameText, parseName } from './qualified-name.ts';
import type { SqlObject } from './sql-object.ts';
import type { Rename, StatementEffects } from './statement-effects.ts';
import {
  columnOfKnownTable,
  findObject,
  partsOfTable,
  type TrackedObject,
  type TrackedObjects,
} from './tracked-object.ts';
import type { TrackedSchema } from './tracked-schema.ts';

/** The author of a statement: a revision and its plugin. */
export interface Author {
  readonly id: string;
  readonly plugin: string;
}

/** Applies the effects of one statement to a schema. */
export function trackStatement(schema: TrackedSchema, effects: StatementEffects, author: Author): void {
  const { objects } = schema;
  for (const renamed of effects.renames) rename(schema, renamed, author);
  for (const dropped of effects.drops) drop(schema, dropped, effects.cascade);
  for (const created of createdObjects(objects, effects)) create(schema, created, effects.ifExists, author);
  for (const changed of effects.changes) {
    const found = findObject(objects, changed) ?? columnOfKnownTable(objects, changed);
    if (found === null) continue;
    const values = changed.value === undefined ? found.values : valuesAfter(found.values ?? [], changed.value);
    const known = values === undefined ? {} : { values };
    schema.put({ ...found, ...properties(changed), ...known, revision: author.id });
  }
  for (const { populated, ...view } of effects.refreshes) {
    const found = findObject(objects, view);
    if (found?.kind === 'view' && populated !== undefined) schema.put({ ...found, populated });
  }
}

/**
 * Returns the objects to create. If `if not exists` keeps an existing table or column, none of its parts are created
 * either.
 */
function createdObjects(objects: TrackedObjects, { creates, ifExists }: StatementEffects): readonly SqlObject[] {
  if (ifExists !== 'keeps') return creates;
  const kept = creates.filter((object) => objects.has(lookupKey(object)));
  const tables = new Set(kept.flatMap(({ kind, name }) => (kind === 'table' ? [name] : [])));
  const columns = new Set(kept.flatMap(({ kind, name }) => (kind === 'column' ? [name] : [])));
  return creates.filter(({ table, columns: over, ownedBy }) => {
    const ofColumn = ownedBy ?? (over?.length === 1 ? over[0] : undefined);
    return !(table !== null && tables.has(table)) && !(ofColumn !== undefined && columns.has(ofColumn));
  });
}

/** Returns the properties that a change sets, without the name. */
function properties(changed: SqlObject): Partial<SqlObject> {
  const { type, notNull, hasDefault, generated, sequence, ownedBy, table, validated, partitionOf } = changed;
  const { defaultPartition, constrained, always } = changed;
  return {
    ...(sequence !== undefined && { sequence }),
    ...(generated !== undefined && { generated }),
    ...(partitionOf !== undefined && { partitionOf }),
    ...(defaultPartition !== undefined && { defaultPartition }),
    ...(constrained !== undefined && { constrained }),
    ...(always !== undefined && { always }),
    ...(type !== undefined && { type }),
    ...(notNull !== undefined && { notNull }),
    ...(hasDefault !== undefined && { hasDefault }),
    ...(ownedBy !== undefined && { ownedBy, table }),
    ...(validated !== undefined && { validated }),
  };
}

function valuesAfter(values: readonly string[], { from, to }: NonNullable<SqlObject['value']>): readonly string[] {
  if (from !== null) return values.map((value) => (value === from ? to : value));
  return values.includes(to) ? values : [...values, to];
}

function create(
  schema: TrackedSchema,
  created: SqlObject,
  ifExists: StatementEffects['ifExists'],
  { id, plugin }: Author,
): void {
  const { objects } = schema;
  const existing = objects.get(lookupKey(created));
  // A failing create changes nothing, and no revision that ran contains one.
  if (existing !== undefined && ifExists === 'replaces') schema.put({ ...existing, ...created, revision: id });
  if (existing !== undefined) return;
  const index =
    created.using === undefined
      ? undefined
      : objects.get(lookupKey({ kind: 'index', name: created.using, table: null }));
  // The index becomes part of the constraint and takes its name.
  if (index !== undefined) schema.remove(index);
  const columns = created.columns ?? index?.columns;
  schema.put({ ...created, ...(columns !== undefined && { columns }), plugin, createdBy: id, revision: id });
  for (const parent of created.like ?? []) {
    for (const part of partsOfTable(objects, parent.table)) {
      const { before: _, ...copied } = part;
      const hasDefault = parent.defaults && part.hasDefault === true;
      const copy: TrackedObject = { ...copied, table: created.name, hasDefault, plugin, createdBy: id, revision: id };
      if (part.kind === 'column' && !objects.has(lookupKey(copy))) schema.put(copy);
    }
  }
  if (created.form === 'primary' && created.table !== null) {
    for (const name of columns ?? []) {
      const column = objects.get(lookupKey({ kind: 'column', name, table: created.table }));
      if (column !== undefined) schema.put({ ...column, notNull: true });
    }
  }
}

function drop(schema: TrackedSchema, dropped: SqlObject, cascade: boolean): void {
  const { objects } = schema;
  const found = findObject(objects, dropped);
  // Dropping a type that was found as an extension or a row type drops neither the extension nor the table.
  if (found === null || (found.kind !== dropped.kind && dropped.kind !== 'index')) return;
  schema.remove(found);
  if (found.kind === 'table' || found.kind === 'view') {
    for (const part of partsOfTable(objects, found.name)) schema.remove(part);
    for (const partition of objects.values().filter(({ partitionOf }) => partitionOf === found.name)) {
      drop(schema, partition, cascade);
    }
  }
  if (found.kind === 'column') {
    // Everything defined on the column is dropped with it.
    for (const part of partsOfTable(objects, found.table ?? '')) {
      const isOver = part.ownedBy === found.name || (part.columns?.includes(found.name) ?? false);
      if (isOver) schema.remove(part);
    }
  }
  if (cascade) dropDependents(schema, found);
}

/**
 * Removes the known dependents of a dropped object: foreign keys to a table, defaults that take values from a sequence, and
 * everything in a schema.
 */
function dropDependents(schema: TrackedSchema, dropped: TrackedObject): void {
  const { objects } = schema;
  if (dropped.kind === 'sequence') {
    const isServed = ({ name, table, sequence }: TrackedObject): boolean =>
      sequence === undefined ? table === dropped.table && name === dropped.ownedBy : sequence === dropped.name;
    const served = objects.values().filter((object) => object.kind === 'column' && isServed(object));
    for (const column of served.toArray()) schema.put({ ...column, hasDefault: false, sequence: null });
  }
  const isDropped = (name: string): boolean =>
    name === dropped.name
      ? dropped.kind === 'table'
      : dropped.kind === 'schema' && parseName(name).schema === dropped.name;
  for (const object of objects.values()) {
    const { kind, name, table, references } = object;
    const isPart = kind !== 'schema' && kind !== 'extension' && isDropped(table ?? name);
    if (isPart || (references !== undefined && isDropped(references))) schema.remove(object);
  }
}

function rename(schema: TrackedSchema, { from, to }: Rename, { id }: Author): void {
  const { objects } = schema;
  const found = findObject(objects, from) ?? columnOfKnownTable(objects, from);
  if (found === null) return;
  schema.remove(found);
  // Renaming the index of a constraint renames the constraint.
  const name = found.kind === 'constraint' ? parseName(to.name).name : to.name;
  const renamed: TrackedObject = { ...found, name, revision: id };
  schema.put(renamed);
  if (found.kind === 'table' || found.kind === 'view') moveParts(schema, found.name, name);
  if (found.kind === 'column') renameColumn(schema, found.table ?? '', found.name, name);
  if (found.kind === 'sequence') {
    for (const object of objects.values().toArray()) {
      if (object.sequence === found.name) schema.put({ ...object, sequence: name });
    }
  }
  if (found.kind === 'schema') moveSchema(schema, found.name, name);
  if (found.kind === 'type') {
    for (const object of objects.values().toArray()) {
      if (object.type?.name === found.name) schema.put({ ...object, type: { ...object.type, name } });
    }
  }
}

/** Moves the parts of a renamed table. Its indexes and sequences move to another schema with it. */
function moveParts(schema: TrackedSchema, from: string, to: string): void {
  const { objects } = schema;
  const { schema: newSchema } = parseName(to);
  const moves = parseName(from).schema !== newSchema;
  for (const part of partsOfTable(objects, from)) {
    schema.remove(part);
    const follows = moves && (part.kind === 'index' || part.kind === 'sequence');
    const name = follows ? nameText({ ...parseName(part.name), schema: newSchema }) : part.name;
    schema.put({ ...part, name, table: to });
  }
  for (const object of objects.values().toArray()) {
    if (object.references === from) schema.put({ ...object, references: to });
    if (object.partitionOf === from) schema.put({ ...object, partitionOf: to });
  }
}

function renameColumn(schema: TrackedSchema, table: string, from: string, to: string): void {
  const { objects } = schema;
  const view = objects.get(lookupKey({ kind: 'view', name: table, table: null }));
  if (view?.outputs) {
    schema.put({ ...view, outputs: view.outputs.map((output) => (output === from ? to : output)) });
  }
  const renamed = (column: string): string => (column === from ? to : column);
  for (const part of partsOfTable(objects, table)) {
    const columns = part.columns?.map(renamed);
    const ownedBy = part.ownedBy === from ? to : part.ownedBy;
    schema.put({ ...part, ...(columns !== undefined && { columns }), ...(ownedBy !== undefined && { ownedBy }) });
  }
  for (const object of objects.values().toArray()) {
    if (object.references !== table || object.referencedColumns === undefined) continue;
    schema.put({ ...object, referencedColumns: object.referencedColumns.map(renamed) });
  }
}

function moveSchema(schema: TrackedSchema, from: string, to: string): void {
  const { objects } = schema;
  const moved = (text: string): string => {
    const { schema: old, name } = parseName(text);
    return old === from ? nameText({ schema: to, name }) : text;
  };
  for (const object of objects.values().toArray()) {
    const isQualified = object.table === null || object.kind === 'index' || object.kind === 'sequence';
    if (object.kind === 'schema' || object.kind === 'extension') continue;
    schema.remove(object);
    schema.put({
      ...object,
      name: isQualified ? moved(object.name) : object.name,
      table: object.table === null ? null : moved(object.table),
      ...(object.references !== undefined && { references: moved(object.references) }),
      ...(typeof object.sequence === 'string' && { sequence: moved(object.sequence) }),
      ...(typeof object.partitionOf === 'string' && { partitionOf: moved(object.partitionOf) }),
      ...(object.type !== undefined && { type: { ...object.type, name: moved(object.type.name) } }),
    });
  }
}
