import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { Entities } from '@headwater/kernel/internal/entities';
import { readLock, type Plugin } from '@headwater/kernel/internal/plugins';
import { objectKey, type ObjectAddress } from '@headwater/kernel/internal/sql';
import { isRequired } from '../difference/required-column.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { ownerFinder, type OwnerOf } from './change-owners.ts';
import { recordedRelations, recordLines, recordLookup } from './declared-record.ts';
import { entityCatalog } from './entity-catalog.ts';
import { expectedCatalog } from './expected-catalog.ts';
import type { PluginSubset } from './plugin-subset.ts';
import { schemaAfter } from './schema-proof.ts';

/** Returns the record of the objects that a plugin's entities declare; `null` if there is none. */
export type RecordOf = (plugin: Plugin) => readonly string[] | null;

/** Reads the record in the lock file of a plugin. Throws REVISIONS_LOCK_INVALID. */
export const recordInLock: RecordOf = ({ directory }) => readLock(directory).declared;

/** The schema that revisions produce, and the one that entities declare. */
export interface EntityComparison {
  /** The schema that the revisions produce. */
  readonly before: Catalog;
  /** The objects that the entities declare, and nothing else. */
  readonly declared: Catalog;
  /** `declared`, and everything in `before` that no entity ever declared. */
  readonly expected: Catalog;
  readonly ownerOf: OwnerOf;
  /** The records of all plugins together, without what they have handed over to plugins that are not compared. */
  readonly recorded: ReadonlySet<string>;
}

/**
 * Runs the revisions of plugins in the shadow, which keeps their schema, and compares it with their entities. Plugins
 * without a record get one from their entities and the catalog. `replaced` names tables that are about to be renamed or
 * dropped. Throws the errors of revisions, ENTITIES_UNCREATABLE and PARTITIONING_FIXED.
 */
export async function compareEntities(
  shadow: Shadow,
  { plugins, revisions }: PluginSubset,
  entities: Entities,
  recordOf: RecordOf,
  replaced: ReadonlySet<string> = new Set(),
): Promise<EntityComparison> {
  const records = new Map(plugins.map((plugin) => [plugin.name, recordOf(plugin)]));
  const known = [...records.values()].flatMap((lines) => lines ?? []);
  const relations = recordedRelations(known).union(replaced);
  const before = await schemaAfter(shadow, revisions);
  const declared = await entityCatalog(shadow, entities, before, (name) => relations.has(name));
  const ownerOf = await ownerFinder(entities.ownership, declared, shadow);
  // What a plugin has handed over, its entities declared once, and others declare now.
  const names = new Set(plugins.map(({ name }) => name));
  const isGivenAway = (object: ObjectAddress): boolean => !names.has(ownerOf(object) ?? plugins[0]?.name ?? '');
  const givenAway = new Set(recordLines(before).flatMap(([line, object]) => (isGivenAway(object) ? [line] : [])));
  const hasRecord = (object: ObjectAddress): boolean => records.get(ownerOf(object) ?? '') !== null;
  const recorded = new Set([
    ...known.filter((line) => !givenAway.has(line)),
    ...requiredColumns(before, declared)
      .filter((one) => !hasRecord(one) && !isGivenAway(one))
      .map(objectKey),
  ]);
  const isRecorded = recordLookup(recorded);
  const expected = expectedCatalog(before, declared, { isRecorded, isDropped: () => false });
  return { before, declared, expected, ownerOf, recorded };
}

/**
 * Returns the columns that only an entity can have declared: its inserts would fail if it had never known the column.
 */
function requiredColumns(before: Catalog, declared: Catalog): readonly ObjectAddress[] {
  return [...declared.tables.values()].flatMap(({ name: table, columns }) =>
    [...(before.tables.get(table)?.columns.values() ?? [])].flatMap((column) =>
      columns.has(column.name) || !isRequired(column) ? [] : [{ kind: 'column', table, name: column.name }],
    ),
  );
}

/** Returns the record of the objects that a plugin's entities declare now. */
export function recordOfEntities({ declared, ownerOf }: EntityComparison, plugin: string): readonly string[] {
  const lines = recordLines(declared).flatMap(([line, object]) => (ownerOf(object) === plugin ? [line] : []));
  return [...new Set(lines)].toSorted();
}

/**
 * Returns the record of a plugin that gets a new revision. It keeps the objects that the revision drops, so that the
 * revision can be deleted and created again. The next record leaves them out.
 */
export function recordWithRevision(
  comparison: EntityComparison,
  plugin: string,
  record: readonly string[] | null,
): readonly string[] {
  const existing = new Set(recordLines(comparison.before).map(([line]) => line));
  const dropped = (record ?? []).filter((line) => existing.has(line) && comparison.recorded.has(line));
  return [...new Set([...recordOfEntities(comparison, plugin), ...dropped])].toSorted();
}
