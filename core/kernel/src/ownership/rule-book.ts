import type { Schemas } from '../config/schemas.ts';
import { lookupKey } from '../sql/object-key.ts';
import { writtenSchema } from '../sql/qualified-name.ts';
import { displayName, type SqlKind, type SqlObject } from '../sql/sql-object.ts';
import type { TrackedObjects } from '../sql/tracked-object.ts';

/** A comment of the plugin's author that allows a revision to touch what others own, with a reason. */
const allowComment =
  /^\s*--\s*headwater-lint:\s*allow\s+(?:[\w-]+\s*,\s*)*foreign-object(?:\s*,\s*[\w-]+)*\s*:[ \t]*\S/m;

/** Whether an owner is not a plugin. The names of plugins have no spaces. */
function isOutside(owner: string): boolean {
  return owner === ledgerOwner || owner.includes(' ');
}

/**
 * Returns the violations that SQL does not allow itself by a comment. Nothing allows it to touch a ledger or another
 * application.
 */
export function notAllowedIn(text: string, violations: readonly Violation[]): readonly Violation[] {
  return allowComment.test(text) ? violations.filter(({ owner }) => isOutside(owner)) : violations;
}

/** The owner of the ledger's schema, in which no plugin may change anything. */
export const ledgerOwner = 'kernel';

/** An object by its kind, its name and its table. */
export type OwnedObject = Pick<SqlObject, 'name' | 'table'> & { readonly kind: string };

/** Something that a revision does to one object. To hand it over is to make another plugin its owner. */
export interface Touch {
  readonly action: 'creates' | 'changes' | 'drops' | 'renames' | 'changes rows of' | 'sets back' | 'hands over';
  readonly object: OwnedObject;
  /** The columns of its table that an index, a constraint, a trigger or a sequence is over. */
  readonly over: readonly string[];
  /** For a foreign key: the table that it references. */
  readonly references: string | null;
}

/** Returns the touch of handing an object over. */
export function handOverTouch({ object }: { readonly object: OwnedObject }): Touch {
  return { action: 'hands over', object, over: [], references: null };
}

/** A touch that the rules do not allow. */
export interface Violation {
  readonly action: Touch['action'];
  /** `core_user.display_name`, `trigger t of core_user`. */
  readonly object: string;
  /** The plugin that owns it. */
  readonly owner: string;
}

/** The owners of objects while a revision is judged. */
export interface Owners {
  /** The objects before the revision, with their owners. */
  readonly objects: TrackedObjects;
  /** The plugin of the revision. */
  readonly plugin: string;
  /** The tables that each plugin has opened to rows of others. */
  readonly openTables: ReadonlyMap<string, ReadonlySet<string>>;
  /** The schemas in which no plugin may change anything. Default: that of a ledger in `kernel`. */
  readonly reserved?: ReservedSchemas;
}

/** Returns who has a schema that is not the application's to change; `null` for any other schema. */
export type ReservedSchemas = (schema: string) => string | null;

const onlyLedger: ReservedSchemas = (schema) => (schema === ledgerOwner ? ledgerOwner : null);

/**
 * Returns the reserved schemas of an application beside `others` in its database. If its tables are not in `public`,
 * they are all in one schema.
 */
export function reservedSchemas(own: Schemas, others: readonly Schemas[]): ReservedSchemas {
  const taken = new Set(others.flatMap(({ tables, ledger }) => [tables, ledger]));
  return (schema) => {
    if (schema === own.ledger) return ledgerOwner;
    if (schema === own.tables) return null;
    if (taken.has(schema)) return 'another application';
    return own.tables === 'public' ? null : 'no schema of this application';
  };
}

/** Returns who has the schema of an object, if it is not the application's to change. */
function reservedFor({ reserved = onlyLedger }: Pick<Owners, 'reserved'>, object: OwnedObject): string | null {
  const schema = schemaOf(object);
  return schema === null ? null : reserved(schema);
}

/** Returns the schema that an object is, or that its name contains; `null` if it is in that of the tables. */
export function schemaOf({ kind, name, table }: OwnedObject): string | null {
  if (kind === 'extension' || kind === 'other') return null;
  return kind === 'schema' ? name : writtenSchema(table ?? name);
}

/**
 * Returns the plugin that owns an object: the plugin whose revision created it or, for a part of a table that no
 * revision is known to have created, the owner of the table. `null` if unknown.
 */
export function ownerOf(owners: Pick<Owners, 'objects' | 'reserved'>, object: OwnedObject): string | null {
  const { objects } = owners;
  const { table } = object;
  const reserved = reservedFor(owners, object);
  if (reserved !== null) return reserved;
  const found = objects.get(lookupKey(object as SqlObject)) ?? null;
  if (found !== null) return found.plugin;
  return table === null ? null : (objects.get(lookupKey({ kind: 'table', name: table, table: null }))?.plugin ?? null);
}

/** Whether the plugin may change rows of a table: it owns the table or one of its columns, or the table is open. */
export function mayWriteRows(owners: Owners, table: string): boolean {
  const { objects, plugin, openTables } = owners;
  const object: OwnedObject = { kind: 'table', name: table, table: null };
  if (reservedFor(owners, object) !== null) return false;
  const owner = ownerOf(owners, object);
  if (owner === null || owner === plugin) return true;
  return (
    openTables.get(owner)?.has(table) === true ||
    objects.values().some((one) => isColumnOf(table, one) && one.plugin === plugin)
  );
}

function isColumnOf(table: string, { kind, table: home }: OwnedObject): boolean {
  return kind === 'column' && home === table;
}

/**
 * Judges what a revision does. A plugin may do anything to its own objects and to objects that no plugin is known to
 * own. On another plugin's table it may create columns, and indexes, constraints, triggers and statistics over its own
 * columns. It may change rows of tables on which it owns a column, and of open tables. If it changes the type of its own
 * column or table, the indexes and constraints of other plugins over them are rebuilt with it.
 */
export function violationsOf(touches: readonly Touch[], owners: Owners): readonly Violation[] {
  const created = new Set(
    touches.flatMap(({ action, object }) => (action === 'creates' ? [lookupKey(object as SqlObject)] : [])),
  );
  const isKnown = (object: OwnedObject): boolean =>
    owners.objects.has(lookupKey(object as SqlObject)) || created.has(lookupKey(object as SqlObject));
  const isReserved = (object: OwnedObject): boolean => reservedFor(owners, object) !== null;
  const isOwn = (object: OwnedObject): boolean => {
    const owner = ownerOf(owners, object);
    return owner === owners.plugin || (!isReserved(object) && created.has(lookupKey(object as SqlObject)));
  };
  const isOverOwn = ({ object: { table }, over }: Touch): boolean =>
    over.some((name) => isOwn({ kind: 'column', name, table }));
  const isAllowed = (touch: Touch): boolean => {
    const { action, object, references } = touch;
    const { kind, name, table } = object;
    // A plugin may give only what is known to be its own.
    if (action === 'hands over') return isKnown(object) && isOwn(object);
    if (action === 'changes rows of') return mayWriteRows(owners, name);
    if (action === 'creates' && table === null) return !isReserved(object);
    if (action === 'creates') {
      const home: OwnedObject = { kind: 'table', name: table ?? '', table: null };
      const owner = ownerOf(owners, home);
      if (isReserved(home)) return false;
      return owner === null || isOwn(home) || kind === 'column' || (isOverColumns(kind) && isOverOwn(touch));
    }
    const owner = ownerOf(owners, object);
    if (owner === null || owner === owners.plugin) return true;
    // PostgreSQL makes some parts of a column itself: its not-null constraint, its sequence.
    const isListed = owners.objects.has(lookupKey(object as SqlObject));
    if (!isReserved(object) && !isListed && isOverOwn(touch)) return true;
    const isRebuilt = action === 'changes' && (kind === 'index' || kind === 'constraint');
    return (
      isRebuilt &&
      (isOverOwn(touch) || (references !== null && isOwn({ kind: 'table', name: references, table: null })))
    );
  };
  const refused = touches.filter((touch) => !isAllowed(touch));
  return withoutParts(refused).map(({ action, object }) => {
    const owner = ownerOf(owners, object) ?? ownerOf(owners, { kind: 'table', name: object.table ?? '', table: null });
    return {
      action,
      object: shownObject(object),
      owner: action === 'hands over' && !isKnown(object) ? 'no plugin' : (owner ?? ledgerOwner),
    };
  });
}

/** Leaves out what is dropped along with its table or its column. */
function withoutParts(touches: readonly Touch[]): readonly Touch[] {
  const dropped = new Set(
    touches.flatMap(({ action, object }) => (action === 'drops' ? [lookupKey(object as SqlObject)] : [])),
  );
  const isGone = (kind: SqlKind, name: string, table: string | null): boolean =>
    dropped.has(lookupKey({ kind, name, table }));
  return touches.filter(({ action, object: { table }, over }) => {
    if (action !== 'drops' || table === null) return true;
    return !isGone('table', table, null) && !over.some((column) => isGone('column', column, table));
  });
}

function isOverColumns(kind: string): boolean {
  return (
    kind === 'index' || kind === 'constraint' || kind === 'trigger' || kind === 'statistics' || kind === 'sequence'
  );
}

/** Returns an object as messages show it: `table core_user`, `trigger t of core_user`. */
export function shownObject(object: OwnedObject): string {
  const { kind, name, table } = object;
  if (kind === 'other') return name;
  if (kind === 'column') return `column ${displayName(object as SqlObject)}`;
  return table === null ? `${kind} ${name}` : `${kind} ${name} of ${table}`;
}
