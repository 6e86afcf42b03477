import {
  displayName,
  isCreatedInSameSql,
  isNewTable,
  lookupKey,
  partsOfTable,
  quoteName,
  relationNames,
  type SqlObject,
  type SqlStatement,
  type TrackedObject,
  type TrackedObjects,
  trackedSchema,
  trackStatement,
  unattributed,
} from '@headwater/kernel/internal/sql';
import type { RuleFinding } from '../finding.ts';
import { placeOf, requirementsOf, type LintedRevision } from '../linted-revision.ts';
import { requiredByChecks } from '../proven-not-null.ts';
import { exampleDefault } from './not-null-without-default.ts';

/**
 * Reports changes to objects that other plugins own. On another plugin's table, a plugin may add columns that are
 * nullable or have a default, and constraints, indexes, statistics and triggers over its own columns, as the rule book of
 * a run says. Once it owns a column there, it may also change rows.
 */
export function foreignObject(context: LintedRevision): readonly RuleFinding[] {
  const { id, plugin } = context.revision;
  // The objects that the revision has made so far, and all objects as they are at that point.
  const schema = trackedSchema();
  const current = trackedSchema(context.origins.before(id));
  const ownership = ownershipIn(context, current.objects);
  const findings = context.statements.flatMap((statement) => {
    const problems = problemsOf(statement, schema.objects, ownership);
    trackStatement(schema, statement, unattributed);
    trackStatement(current, statement, { ...unattributed, plugin });
    const at = placeOf(context, statement);
    return problems.map((problem): RuleFinding => ({ rule: 'foreign-object', ...problem, at }));
  });
  return [
    ...findings,
    ...requiredColumns(context, schema.objects, ownership),
    ...columnsMadeRequired(context, ownership),
  ];
}

/** The owners of objects, according to the revisions. */
interface ObjectOwnership {
  readonly plugin: string;
  readonly ownerOf: (object: SqlObject) => string | null;
  /** Returns the columns of a table that the plugin owns at the present statement, by their present names. */
  readonly ownColumns: (table: string) => readonly string[];
  /** Whether a plugin has opened a table to rows of other plugins. */
  readonly isOpen: (owner: string, table: string) => boolean;
}

function ownershipIn(context: LintedRevision, current: TrackedObjects): ObjectOwnership {
  const {
    revision: { id, plugin },
    ancestors,
    origins,
    plugins,
  } = context;
  return {
    plugin,
    isOpen: (owner, table) => plugins.get(owner)?.openTables.includes(table) === true,
    ownerOf(object) {
      const all = origins.of(object);
      const isOwn = all.some((origin) => origin.object.plugin === plugin);
      // Of two plugins that create an object, the one that does not know the other owns it.
      const knowsThis = (other: string): boolean => isOwn && requirementsOf(context, other).has(plugin);
      const made = all.filter(({ revision, object: { plugin: other } }) => revision !== id && !knowsThis(other));
      return (made.findLast(({ revision }) => ancestors.has(revision)) ?? made.at(-1))?.object.plugin ?? null;
    },
    ownColumns: (table) =>
      partsOfTable(current, table).flatMap((part) =>
        part.kind === 'column' && part.plugin === plugin ? [part.name] : [],
      ),
  };
}

type Problem = Pick<RuleFinding, 'object' | 'message' | 'safer'>;

function problemsOf(statement: SqlStatement, objects: TrackedObjects, ownership: ObjectOwnership): readonly Problem[] {
  const touch = (verb: string, object: SqlObject): readonly Problem[] => {
    if (isCreatedInSameSql(objects, object) || isNewTable(objects, object.table)) return [];
    const owner = foreignOwner(object, ownership);
    if (owner === null) return [];
    const name = displayName(object);
    const message = `This ${verb} ${object.kind} ${name}, which ${owner} owns.`;
    return [{ object: name, message, safer: leaveToOwner(owner) }];
  };
  return [
    ...statement.drops.flatMap((object) => touch('drops', object)),
    ...statement.changes.flatMap((object) => touch('changes', object)),
    ...statement.renames.flatMap(({ from }) => touch('renames', from)),
    ...statement.creates.flatMap((created) => [
      ...(mayExist(created, statement) ? touch('creates', created) : []),
      ...additionToTable(created, statement, objects, ownership),
      ...partition(created, statement, objects, ownership),
    ]),
    ...statement.writes.flatMap((table) => rowChanges(table, statement, objects, ownership)),
  ];
}

/** Returns the owner of an object; `null` if it is the plugin itself or unknown. */
function foreignOwner(object: SqlObject, { plugin, ownerOf }: ObjectOwnership): string | null {
  const owner = ownerOf(object);
  return owner === plugin ? null : owner;
}

/** Whether an object to create may already exist, and thus have an owner. Parts of a table are checked separately. */
function mayExist({ table, kind }: SqlObject, { ifExists }: SqlStatement): boolean {
  return ifExists !== 'fails' && table === null && kind !== 'schema' && kind !== 'extension';
}

function leaveToOwner(owner: string): string {
  return `-- make this change in a revision of ${owner}, and let this revision depend on it`;
}

/** A partition or a child of another plugin's table shows its rows in that table. */
function partition(
  { kind, name }: SqlObject,
  { node }: SqlStatement,
  objects: TrackedObjects,
  ownership: ObjectOwnership,
): readonly Problem[] {
  if (kind !== 'table' || !('CreateStmt' in node)) return [];
  const parents = relationNames(node.CreateStmt.inhRelations);
  return parents.flatMap((parent) => {
    const owner = foreignOwner({ kind: 'table', name: parent, table: null }, ownership);
    if (owner === null || isNewTable(objects, parent)) return [];
    const message = `This adds ${name} to the rows of ${parent}, which ${owner} owns.`;
    return [{ object: name, message, safer: leaveToOwner(owner) }];
  });
}

function additionToTable(
  created: SqlObject,
  { needs, creates }: SqlStatement,
  objects: TrackedObjects,
  ownership: ObjectOwnership,
): readonly Problem[] {
  const { table, kind, name } = created;
  if (table === null || kind === 'column' || kind === 'sequence' || isNewTable(objects, table)) return [];
  const owner = foreignOwner({ kind: 'table', name: table, table: null }, ownership);
  if (owner === null) return [];
  // A constraint may be added together with its column in one statement.
  const added = creates.filter((one) => one.kind === 'column' && one.table === table).map((one) => one.name);
  const own = new Set([...ownership.ownColumns(table), ...added]);
  const named = needs.filter((need) => need.kind === 'column' && need.table === table).map((need) => need.name);
  const columns = created.columns ?? named;
  const isOverColumns = ['constraint', 'index', 'statistics', 'trigger'].includes(kind);
  if (isOverColumns && columns.some((column) => own.has(column))) return [];
  const others = columns.filter((column) => !own.has(column));
  const over = isOverColumns && others.length > 0 ? ` over ${others.join(', ')}` : '';
  const [column] = own;
  const way =
    kind === 'trigger' && column !== undefined
      ? ` A trigger there names an own column: \`update of ${column}\`, or \`when (new.${column} …)\`.`
      : '';
  const message = `This adds ${kind} ${name}${over} to ${table}, which ${owner} owns.${way}`;
  return [{ object: name, message, safer: isOverColumns ? leaveToOwner(owner) : null }];
}

function rowChanges(
  table: string,
  { node, creates }: SqlStatement,
  objects: TrackedObjects,
  ownership: ObjectOwnership,
): readonly Problem[] {
  if (isNewTable(objects, table) || creates.some(({ name }) => name === table)) return [];
  const owner = foreignOwner({ kind: 'table', name: table, table: null }, ownership);
  if (owner === null) return [];
  const own = ownership.ownColumns(table);
  if ((own.length > 0 || ownership.isOpen(owner, table)) && !('TruncateStmt' in node)) return [];
  const message = `This changes rows of ${table}, which ${owner} owns and on which ${ownership.plugin} owns no column.`;
  if ('TruncateStmt' in node) return [{ object: table, message, safer: leaveToOwner(owner) }];
  const fields = `"headwater": { "plugin": "${owner}", "openTables": ["${table.replaceAll('"', '\\"')}"] }`;
  const ways =
    `If its rows belong to many plugins, ${owner} opens it in its package.json: ${fields}. To allow only this ` +
    'statement, write above it: -- headwater-lint: allow foreign-object: <reason>';
  return [{ object: table, message: `${message} ${ways}`, safer: leaveToOwner(owner) }];
}

/**
 * Reports the plugin's own columns on tables of other plugins that the text makes required: inserts of the owner then
 * fail while the plugin is not active.
 */
function columnsMadeRequired(context: LintedRevision, ownership: ObjectOwnership): readonly RuleFinding[] {
  const { before, after } = context.net;
  const [checkedBefore, checked] = [requiredByChecks(before), requiredByChecks(after)];
  return [...after.values()].flatMap((column): readonly RuleFinding[] => {
    const { kind, table, name, plugin, type, before: old } = column;
    if (kind !== 'column' || table === null || plugin !== ownership.plugin || old === undefined) return [];
    const wasRequired = isRequired(old) || (old.hasDefault !== true && checkedBefore.has(lookupKey(old)));
    const isChecked = column.hasDefault !== true && checked.has(lookupKey(column));
    if (wasRequired || !(isRequired(column) || isChecked)) return [];
    const owner = foreignOwner({ kind: 'table', name: table, table: null }, ownership);
    if (owner === null) return [];
    const object = `${table}.${name}`;
    const statement = isRequired(column)
      ? context.net.of(old)?.steps.findLast(({ from, to }) => !isRequired(from) && isRequired(to))?.statement
      : context.statements.findLast(({ creates }) =>
          creates.some((one) => one.table === table && one.proves?.includes(name) === true),
        );
    const message =
      `This requires a value in ${object}, which has no default, on a table of ${owner}: inserts into ${table} fail while ` +
      `${ownership.plugin} is not active.`;
    const standard = type === undefined ? '…' : exampleDefault(type);
    const at = statement === undefined ? null : placeOf(context, statement);
    const safer = `alter table ${quoteName(table)} alter column ${quoteName(name)} set default ${standard};`;
    return [{ rule: 'not-null-without-default', object, message, safer, at }];
  });
}

/** Whether every insert has to supply a value of a column. */
function isRequired(column: TrackedObject | null): boolean {
  return column?.notNull === true && column.hasDefault !== true;
}

/** Reports required columns on another plugin's table: they make inserts fail while this plugin is not active. */
function requiredColumns(
  context: LintedRevision,
  objects: TrackedObjects,
  ownership: ObjectOwnership,
): readonly RuleFinding[] {
  const checked = requiredByChecks(objects);
  return [...objects.values()].flatMap((column): readonly RuleFinding[] => {
    const { kind, table, name, hasDefault, createdBy } = column;
    if (kind !== 'column' || table === null || createdBy !== unattributed.id || isNewTable(objects, table)) return [];
    if (!isRequired(column) && (hasDefault === true || !checked.has(lookupKey(column)))) return [];
    const owner = foreignOwner({ kind: 'table', name: table, table: null }, ownership);
    if (owner === null) return [];
    const statement = context.statements.findLast(({ creates, changes }) =>
      [...creates, ...changes].some((one) => one.kind === 'column' && one.table === table && one.name === name),
    );
    const object = `${table}.${name}`;
    const message =
      `Column ${object} requires a value and has no default, on a table of ${owner}: inserts into ${table} fail while ` +
      `${ownership.plugin} is not active.`;
    const safer = `alter table ${quoteName(table)} alter column ${quoteName(name)} set default …;`;
    const at = statement === undefined ? null : placeOf(context, statement);
    return [{ rule: 'foreign-object', object, message, safer, at }];
  });
}
