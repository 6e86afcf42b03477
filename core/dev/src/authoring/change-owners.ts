import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { EntityOwnership } from '@headwater/kernel/internal/entities';
import { openLedgerOwners } from '@headwater/kernel/internal/ownership';
import type { Plugin } from '@headwater/kernel/internal/plugins';
import {
  lookupKey,
  objectKey,
  type ObjectAddress,
  type SqlKind,
  type TrackedObject,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';
import { changedObject, type Change } from '../difference/change.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { functionName } from './entity-catalog.ts';
import { calledFunction } from './expected-catalog.ts';

/** Changes that a plugin's entities declare but its revisions do not make. */
export interface PluginChanges {
  readonly plugin: Plugin;
  readonly changes: readonly Change[];
}

/** Returns the plugin that owns an object; `null` if neither entities nor revisions determine it. */
export type OwnerOf = (object: ObjectAddress) => string | null;

/**
 * Finds the owner of each object. This is the plugin whose entities declare it. If no entity declares it any longer, it
 * is the plugin whose revisions created it, according to the ledger of the shadow, in which all revisions must have run.
 * Otherwise it is the owner of the table.
 */
export async function ownerFinder(
  ownership: EntityOwnership,
  declared: Catalog,
  shadow: Pick<Shadow, 'session'>,
): Promise<OwnerOf> {
  const entities = declaringPlugins(ownership, declared);
  const created = await openLedgerOwners(shadow.session).read();
  const find = (object: ObjectAddress): string | null =>
    entities.get(objectKey(object)) ?? recordedObject(created, object)?.plugin ?? null;
  return (object) => {
    const { kind, table, name } = object;
    if (kind === 'row security') return find({ kind: 'table', table: null, name });
    if (table === null) return find(object);
    // A view can have triggers and rules.
    return find(object) ?? find({ kind: 'table', table: null, name: table });
  };
}

/** Returns the object of a ledger that an object of a catalog is; `undefined` if the ledger does not know it. */
export function recordedObject(recorded: TrackedObjects, object: ObjectAddress): TrackedObject | undefined {
  return (
    recorded.get(createdKey(object)) ??
    recorded.get(createdKey({ ...object, kind: 'other', name: `${object.kind} ${object.name}` }))
  );
}

/** Groups changes by their owner, in the order of `plugins`. The first plugin gets those without an owner. */
export function changesByOwner(
  changes: readonly Change[],
  plugins: readonly Plugin[],
  ownerOf: OwnerOf,
): readonly PluginChanges[] {
  const groups = Map.groupBy(changes, (change) => ownerOf(changedObject(change)) ?? plugins[0]?.name ?? '');
  return plugins.flatMap((plugin) => {
    const own = groups.get(plugin.name);
    return own === undefined ? [] : [{ plugin, changes: own }];
  });
}

/** Maps each object that entities declare to its plugin, by `objectKey`. */
function declaringPlugins({ objects }: EntityOwnership, declared: Catalog): ReadonlyMap<string, string> {
  const owners = new Map(
    objects.flatMap(({ kind, table, name, owner }): readonly (readonly [string, string])[] => {
      if (kind === 'table' || kind === 'pivot') return [[objectKey({ kind: 'table', table: null, name }), owner]];
      if (kind === 'view') {
        return ['table', 'view', 'materialized view'].map((of) => [objectKey({ kind: of, table: null, name }), owner]);
      }
      if (kind === 'enum') return [[objectKey({ kind: 'type', table: null, name }), owner]];
      if (kind === 'entity' || kind === 'sequence') return [];
      const isConstraint = kind !== 'column' && kind !== 'index' && kind !== 'trigger';
      return [[objectKey({ kind: isConstraint ? 'constraint' : kind, table, name }), owner]];
    }),
  );
  // A function belongs to the plugin whose trigger calls it.
  for (const trigger of declared.definitions.values()) {
    const called = trigger.kind === 'trigger' ? calledFunction(trigger) : null;
    const owner =
      owners.get(objectKey(trigger)) ??
      owners.get(objectKey({ kind: 'table', table: null, name: trigger.table ?? '' }));
    if (called !== null && owner !== undefined)
      owners.set(objectKey({ kind: 'function', table: null, name: called }), owner);
  }
  return owners;
}

/** The kinds that SQL knows by another name than a catalog. */
const sqlKinds: Readonly<Record<string, SqlKind>> = {
  'materialized view': 'view',
  'foreign table': 'table',
  partition: 'table',
  domain: 'type',
  aggregate: 'function',
};

/** Returns the key under which the objects of a ledger have an object of a catalog. */
function createdKey({ kind, table, name }: ObjectAddress): string {
  const isFunction = kind === 'function' || kind === 'aggregate';
  return lookupKey({
    // Kinds that SQL does not know are not found.
    kind: sqlKinds[kind] ?? (kind as SqlKind),
    table: kind === 'partition' ? null : table,
    name: isFunction ? functionName(name) : name,
  });
}
