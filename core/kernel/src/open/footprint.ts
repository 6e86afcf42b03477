import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import type { Session } from '../db/session.ts';
import { readLedger, type LedgerRow } from '../ledger/ledger.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';
import type { TrackedObject, TrackedObjects } from '../sql/tracked-object.ts';
import { quoteIdentifier, quoteName } from '../sql/quote.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/**
 * Everything that the revisions of a plugin have created in a database, whether or not its package is installed.
 *
 * @example
 * const { tables } = await kernel.footprint('likes');
 * // [{ name: 'likes_like', rows: 12 }]
 */
export interface Footprint {
  readonly plugin: string;
  /** Whether it is active. */
  readonly active: boolean;
  /** Its applied revisions, from the first to the last. */
  readonly revisions: readonly string[];
  /** Those that cannot be reverted, since they have no `down`. */
  readonly irreversible: readonly string[];
  /** Those with objects that the ledger does not know, since a kernel of the first format applied them. */
  readonly unknown: readonly string[];
  /** The applied revisions of other plugins that depend on them. */
  readonly dependents: readonly { readonly id: string; readonly needs: string }[];
  /** Its tables, with the number of their rows. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** Its columns on tables of other plugins, with the number of rows in which they are not null. */
  readonly columns: readonly {
    readonly table: string;
    readonly name: string;
    readonly owner: string;
    readonly rows: number;
  }[];
  /** Its other objects outside its tables: views, types, functions, sequences, … */
  readonly others: readonly { readonly kind: string; readonly name: string }[];
}

/** Reads what a plugin has in the database. Throws PLUGIN_UNKNOWN if it has no applied revisions. */
export async function readFootprint(
  project: Project,
  plugin: string,
  { signal }: ReadOptions = {},
): Promise<Footprint> {
  const set = await project.pluginSet();
  return readDatabase(project, { operation: 'show', signal }, async (session) => footprintOf(session, set, plugin));
}

async function footprintOf(session: Session, set: PluginSet, plugin: string): Promise<Footprint> {
  const { rows, format } = await readLedger(session);
  const own = rows.filter((row) => row.plugin === plugin);
  if (own.length === 0) {
    const names = new Set(rows.map((row) => row.plugin));
    const reason = 'no plugin of that name has applied revisions in this database';
    throw kernelError('PLUGIN_UNKNOWN', { plugin, reason, nearest: nearestName(plugin, names) });
  }
  const shipped = new Map(set.byName.get(plugin)?.revisions.map((revision) => [revision.id, revision]));
  // A ledger of the first format does not record objects.
  const known = format < currentFormat ? new Set<string>() : await readKnown(session, plugin);
  const objects = known.size === 0 ? new Map<string, TrackedObject>() : await readOwners(session);
  const existing = await existingRelations(session, objects, plugin);
  return {
    plugin,
    active: set.byName.has(plugin),
    revisions: own.map(({ id }) => id),
    irreversible: own.flatMap((row) => (hasDown(row, shipped.get(row.id)) ? [] : [row.id])),
    unknown: own.flatMap(({ id }) => (known.has(id) ? [] : [id])),
    dependents: dependentsOf(rows, plugin),
    tables: await countRows(session, existing.tables),
    columns: await countColumns(session, existing.columns),
    others: othersOf(objects, plugin),
  };
}

function hasDown(row: LedgerRow, revision: { readonly down: unknown } | undefined): boolean {
  return revision === undefined ? row.hasDown : revision.down !== null;
}

function dependentsOf(rows: readonly LedgerRow[], plugin: string): Footprint['dependents'] {
  return rows.flatMap(({ id, plugin: other, dependsOn }) =>
    other === plugin ? [] : dependsOn.flatMap((needs) => (needs.startsWith(`${plugin}@`) ? [{ id, needs }] : [])),
  );
}

async function readKnown(session: Session, plugin: string): Promise<ReadonlySet<string>> {
  const { readLedgerEffects } = await import('../ownership/ledger-owners.ts');
  const effects = await readLedgerEffects(session);
  return new Set(effects.flatMap((row) => (row.plugin === plugin ? [row.id] : [])));
}

async function readOwners(session: Session): Promise<TrackedObjects> {
  const { openLedgerOwners } = await import('../ownership/ledger-owners.ts');
  return openLedgerOwners(session).read();
}

/** A column on a table of another plugin. */
interface ForeignColumn {
  readonly table: string;
  readonly name: string;
  readonly owner: string;
}

/** Returns the tables and foreign columns of a plugin that exist: opaque SQL may have dropped one unseen. */
async function existingRelations(
  session: Session,
  objects: TrackedObjects,
  plugin: string,
): Promise<{ readonly tables: readonly string[]; readonly columns: readonly ForeignColumn[] }> {
  const own = Array.from(objects.values()).filter((object) => creatorOf(object) === plugin);
  const homes = new Map(Array.from(objects.values()).flatMap((one) => (one.kind === 'table' ? [[one.name, one]] : [])));
  const tables = own.flatMap(({ kind, name }) => (kind === 'table' ? [name] : []));
  const columns = own.flatMap(({ kind, name, table }): readonly ForeignColumn[] => {
    const home = table === null ? undefined : homes.get(table);
    if (kind !== 'column' || table === null || home === undefined || creatorOf(home) === plugin) return [];
    return [{ table, name, owner: home.plugin }];
  });
  const quoted = [...new Set([...tables, ...columns.map(({ table }) => table)])].map((name) => [name, quoteName(name)]);
  const found = await session.query<{ name: string; columns: readonly string[] | null }>(
    `select pair ->> 0 as name, array(select attname::text from pg_catalog.pg_attribute
        where attrelid = to_regclass(pair ->> 1) and attnum > 0 and not attisdropped) as columns
      from json_array_elements($1::json) pair where to_regclass(pair ->> 1) is not null`,
    [JSON.stringify(quoted)],
  );
  const columnsOf = new Map(found.map(({ name, columns: names }) => [name, new Set(names)]));
  return {
    tables: tables.filter((name) => columnsOf.has(name)).toSorted(),
    columns: columns.filter(({ table, name }) => columnsOf.get(table)?.has(name) === true),
  };
}

/** The plugin whose `down` drops an object, also if it has handed the object over since. */
function creatorOf({ createdBy }: TrackedObject): string {
  return createdBy.slice(0, createdBy.indexOf('@'));
}

async function countRows(session: Session, tables: readonly string[]): Promise<Footprint['tables']> {
  const counted: { name: string; rows: number }[] = [];
  for (const name of tables) {
    const [row] = await session.query<{ rows: string }>(`select count(*)::text as rows from ${quoteName(name)}`);
    counted.push({ name, rows: Number(row?.rows) });
  }
  return counted;
}

async function countColumns(session: Session, columns: readonly ForeignColumn[]): Promise<Footprint['columns']> {
  const counted: Footprint['columns'][number][] = [];
  for (const column of columns) {
    const [row] = await session.query<{ rows: string }>(
      `select count(${quoteIdentifier(column.name)})::text as rows from ${quoteName(column.table)}`,
    );
    counted.push({ ...column, rows: Number(row?.rows) });
  }
  return counted;
}

/** Returns the objects that are in no table. Those of a table go with it. */
function othersOf(objects: TrackedObjects, plugin: string): Footprint['others'] {
  return Array.from(objects.values()).flatMap((object) => {
    const { kind, name, table } = object;
    return creatorOf(object) !== plugin || table !== null || kind === 'table' || kind === 'index'
      ? []
      : [{ kind, name }];
  });
}
