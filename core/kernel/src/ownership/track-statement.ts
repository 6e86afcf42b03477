import type { Facts, Rename } from '../sql/statement-effects.ts';
import type { TrackedSchema } from './tracked-schema.ts';
import { findObject, partsOf, type TrackedObject, type TrackedObjects } from './tracked-object.ts';
import { bareName, qualified, schemaOf } from '../sql/qualified-name.ts';
import { lookupKey, type SqlObject } from '../sql/sql-object.ts';

/** Whose statement it is. */
export interface Author {
  readonly id: string;
  readonly plugin: string;
}

/** Follows one statement: the schema is afterwards what is there after it. */
export function trackStatement(schema: TrackedSchema, facts: Facts, author: Author): void {
  const { objects } = schema;
  for (const renamed of facts.renames) rename(schema, renamed, author);
  for (const dropped of facts.drops) drop(schema, dropped, facts.cascade);
  for (const made of newOnes(objects, facts)) create(schema, made, facts.ifThere, author);
  for (const changed of facts.changes) {
    const found = findObject(objects, changed);
    if (found === null) continue;
    const values = changed.value === undefined ? found.values : valuesAfter(found.values ?? [], changed.value);
    const known = values === undefined ? {} : { values };
    schema.put({ ...found, ...properties(changed), ...known, revision: author.id });
  }
}

/** With `if not exists` what belongs to a table or column that is there is not made either. */
function newOnes(objects: TrackedObjects, { creates, ifThere }: Facts): readonly SqlObject[] {
  if (ifThere !== 'keeps') return creates;
  const kept = creates.filter((made) => objects.has(lookupKey(made)));
  const tables = new Set(kept.flatMap(({ kind, name }) => (kind === 'table' ? [name] : [])));
  const columns = new Set(kept.flatMap(({ kind, name }) => (kind === 'column' ? [name] : [])));
  return creates.filter(({ table, columns: over, ownedBy }) => {
    const ofColumn = ownedBy ?? (over?.length === 1 ? over[0] : undefined);
    return !(table !== null && tables.has(table)) && !(ofColumn !== undefined && columns.has(ofColumn));
  });
}

/** What a change says of the object, beside its name. */
function properties({ type, notNull, hasDefault, ownedBy, table, validated }: SqlObject): Partial<SqlObject> {
  return {
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

function create(schema: TrackedSchema, made: SqlObject, ifThere: Facts['ifThere'], { id, plugin }: Author): void {
  const { objects } = schema;
  const there = objects.get(lookupKey(made));
  // What fails because it is there changes nothing, and no revision that ran does it.
  if (there !== undefined && ifThere === 'replaces') schema.put({ ...there, ...made, revision: id });
  if (there !== undefined) return;
  const index =
    made.using === undefined ? undefined : objects.get(lookupKey({ kind: 'index', name: made.using, table: null }));
  // The index becomes the constraint's, and takes its name.
  if (index !== undefined) schema.remove(index);
  const columns = made.columns ?? index?.columns;
  schema.put({ ...made, ...(columns !== undefined && { columns }), plugin, createdBy: id, revision: id });
  for (const parent of made.like ?? []) {
    for (const part of partsOf(objects, parent.table)) {
      const hasDefault = parent.defaults && part.hasDefault === true;
      const copy: TrackedObject = { ...part, table: made.name, hasDefault, plugin, createdBy: id, revision: id };
      if (part.kind === 'column' && !objects.has(lookupKey(copy))) schema.put(copy);
    }
  }
  if (made.form === 'primary' && made.table !== null) {
    for (const name of columns ?? []) {
      const column = objects.get(lookupKey({ kind: 'column', name, table: made.table }));
      if (column !== undefined) schema.put({ ...column, notNull: true });
    }
  }
}

function drop(schema: TrackedSchema, dropped: SqlObject, cascade: boolean): void {
  const { objects } = schema;
  const found = findObject(objects, dropped);
  // A drop of an extension's type, or of a view's row type, is none of that extension or view.
  if (found === null || (found.kind !== dropped.kind && dropped.kind !== 'index')) return;
  schema.remove(found);
  if (found.kind === 'table' || found.kind === 'view') {
    for (const part of partsOf(objects, found.name)) schema.remove(part);
  }
  if (found.kind === 'column') {
    // What is over the column goes with it.
    for (const part of partsOf(objects, found.table ?? '')) {
      const goes = part.ownedBy === found.name || (part.columns?.includes(found.name) ?? false);
      if (goes) schema.remove(part);
    }
  }
  if (cascade) dropDependents(schema, found);
}

/** What a cascade takes along, as far as it can be told: foreign keys on a table, all that is in a schema. */
function dropDependents(schema: TrackedSchema, gone: TrackedObject): void {
  const { objects } = schema;
  const inside = (name: string | null | undefined): boolean =>
    name === gone.name
      ? gone.kind === 'table'
      : gone.kind === 'schema' && name !== null && schemaOf(name ?? '') === gone.name;
  for (const object of objects.values()) {
    const { kind, name, table, references } = object;
    const goes = kind !== 'schema' && kind !== 'extension' && inside(table ?? name);
    if (goes || inside(references)) schema.remove(object);
  }
}

function rename(schema: TrackedSchema, { from, to }: Rename, { id }: Author): void {
  const { objects } = schema;
  const found = findObject(objects, from);
  if (found === null) return;
  schema.remove(found);
  // An index that is a constraint's is renamed with it.
  const name = found.kind === 'constraint' ? bareName(to.name) : to.name;
  const renamed: TrackedObject = { ...found, name, revision: id };
  schema.put(renamed);
  if (found.kind === 'table' || found.kind === 'view') moveParts(schema, found.name, name);
  if (found.kind === 'column') renameIn(schema, found.table ?? '', found.name, name);
  if (found.kind === 'schema') moveSchema(schema, found.name, name);
  if (found.kind === 'type') {
    for (const object of objects.values().toArray()) {
      if (object.type?.name === found.name) schema.put({ ...object, type: { ...object.type, name } });
    }
  }
}

/** A table's parts follow it; into another schema so do the names of its indexes and sequences. */
function moveParts(schema: TrackedSchema, from: string, to: string): void {
  const { objects } = schema;
  const moved = schemaOf(from) !== schemaOf(to);
  for (const part of partsOf(objects, from)) {
    schema.remove(part);
    const follows = moved && (part.kind === 'index' || part.kind === 'sequence');
    const name = follows ? qualified(schemaOf(to), bareName(part.name)) : part.name;
    schema.put({ ...part, name, table: to });
  }
  for (const object of objects.values().toArray()) {
    if (object.references === from) schema.put({ ...object, references: to });
  }
}

function renameIn(schema: TrackedSchema, table: string, from: string, to: string): void {
  const { objects } = schema;
  for (const part of partsOf(objects, table)) {
    const columns = part.columns?.map((column) => (column === from ? to : column));
    const ownedBy = part.ownedBy === from ? to : part.ownedBy;
    schema.put({ ...part, ...(columns !== undefined && { columns }), ...(ownedBy !== undefined && { ownedBy }) });
  }
}

function moveSchema(schema: TrackedSchema, from: string, to: string): void {
  const { objects } = schema;
  const moved = (name: string): string => (schemaOf(name) === from ? qualified(to, bareName(name)) : name);
  for (const object of objects.values().toArray()) {
    const standsAlone = object.table === null || object.kind === 'index' || object.kind === 'sequence';
    if (object.kind === 'schema' || object.kind === 'extension') continue;
    schema.remove(object);
    schema.put({
      ...object,
      name: standsAlone ? moved(object.name) : object.name,
      table: object.table === null ? null : moved(object.table),
      ...(object.references !== undefined && { references: moved(object.references) }),
      ...(object.type !== undefined && { type: { ...object.type, name: moved(object.type.name) } }),
    });
  }
}
