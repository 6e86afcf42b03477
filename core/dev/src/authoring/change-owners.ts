import type { EntityOwnership } from '@headwater/kernel/internal/entities';
import { schemaHistory } from '@headwater/kernel/internal/ownership';
import type { Plugin, Revision } from '@headwater/kernel/internal/plugins';
import { objectKey, parseName } from '@headwater/kernel/internal/sql';
import { changedObjectKey, changedTable, type Change } from '../difference/change.ts';

/** Changes that a plugin's entities declare but its revisions do not make. */
export interface PluginChanges {
  readonly plugin: Plugin;
  readonly changes: readonly Change[];
}

/** Returns the plugin that owns a change; `null` if neither entities nor revisions determine it. */
export type OwnerOfChange = (change: Change) => string | null;

/**
 * Finds the owner of each change. This is the plugin whose entities declare the object. If no entity declares it any
 * longer, it is the plugin whose revisions created it.
 */
export async function ownerFinder(ownership: EntityOwnership, revisions: readonly Revision[]): Promise<OwnerOfChange> {
  const declared = declaringPlugins(ownership);
  const created = await creatingPlugins(revisions);
  return (change) => {
    const key = changedObjectKey(change);
    return declared.get(key) ?? created.get(key) ?? null;
  };
}

/**
 * Groups changes by their owner, in the order of `plugins`. A change without an owner goes to the owner of the table.
 */
export function changesByOwner(
  changes: readonly Change[],
  plugins: readonly Plugin[],
  ownership: EntityOwnership,
  ownerOf: OwnerOfChange,
): readonly PluginChanges[] {
  const declared = declaringPlugins(ownership);
  const groups = Map.groupBy(changes, (change) => {
    const table = changedTable(change) ?? '';
    return (
      ownerOf(change) ?? declared.get(objectKey({ kind: 'table', table: null, name: table })) ?? plugins[0]?.name ?? ''
    );
  });
  return plugins.flatMap((plugin) => {
    const own = groups.get(plugin.name);
    return own === undefined ? [] : [{ plugin, changes: own }];
  });
}

/** Maps each object that entities declare to its plugin, by `objectKey`. */
function declaringPlugins({ objects }: EntityOwnership): ReadonlyMap<string, string> {
  return new Map(
    objects.flatMap(({ kind, table, name, owner }): readonly (readonly [string, string])[] => {
      if (kind === 'table' || kind === 'pivot') return [[objectKey({ kind: 'table', table: null, name }), owner]];
      if (kind === 'view') return [[objectKey({ kind, table: null, name }), owner]];
      if (kind === 'enum') return [[objectKey({ kind: 'type', table: null, name }), owner]];
      if (kind === 'entity' || kind === 'sequence') return [];
      const isConstraint = kind !== 'column' && kind !== 'index' && kind !== 'trigger';
      return [[objectKey({ kind: isConstraint ? 'constraint' : kind, table, name }), owner]];
    }),
  );
}

/** Maps each object that revisions create in SQL to its plugin, by `objectKey`. */
async function creatingPlugins(revisions: readonly Revision[]): Promise<ReadonlyMap<string, string>> {
  const { objects } = await schemaHistory(revisions);
  return new Map(
    Array.from(objects.values(), ({ kind, name, table, plugin }) => [
      // A catalog stores index names without a schema, since an index is always in the schema of its table.
      objectKey({ kind, table, name: kind === 'index' ? parseName(name).name : name }),
      plugin,
    ]),
  );
}
