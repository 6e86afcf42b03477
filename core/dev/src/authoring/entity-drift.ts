import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { Plugin, PluginSet } from '@headwater/kernel/internal/plugins';
import type { ObjectAddress } from '@headwater/kernel/internal/sql';
import { differenceOf } from '../difference/catalog-difference.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { changesByOwner, type PluginChanges } from './change-owners.ts';
import { compareEntities, recordInLock, recordOfEntities, type RecordOf } from './compare-entities.ts';
import { entitiesOf, type LoadPlugin } from './load-entities.ts';
import { subsetOf } from './plugin-subset.ts';
import { undeclaredObjects } from './undeclared-objects.ts';

/** The comparison of the entities of all active plugins with the schema that their revisions produce. */
export interface EntityDrift {
  /** The schema that the revisions produce. */
  readonly schema: Catalog;
  /** The changes that no revision makes, by plugin, dependencies first. */
  readonly drift: readonly PluginChanges[];
  /** The objects that each plugin's revisions made by hand: no entity ever declared them. */
  readonly undeclared: readonly PluginObjects[];
  /** The record of the objects that each plugin's entities declare, by name. */
  readonly records: ReadonlyMap<string, readonly string[]>;
}

/** Objects of one plugin. */
export interface PluginObjects {
  readonly plugin: Plugin;
  readonly objects: readonly ObjectAddress[];
}

/**
 * Compares the entities of all active plugins with the schema that their revisions produce. Throws the errors of
 * plugins, entities and revisions.
 */
export async function entityDrift(
  shadow: Shadow,
  set: PluginSet,
  load: LoadPlugin,
  recordOf: RecordOf = recordInLock,
): Promise<EntityDrift> {
  const all = subsetOf(set);
  const entities = await entitiesOf(all, load);
  const comparison = await compareEntities(shadow, all, entities, recordOf);
  const { before, declared, expected, ownerOf } = comparison;
  const objects = Map.groupBy(undeclaredObjects(expected, declared), ownerOf);
  return {
    schema: before,
    drift: changesByOwner(differenceOf(before, expected), all.plugins, ownerOf),
    undeclared: all.plugins.flatMap((plugin) => {
      const own = objects.get(plugin.name);
      return own === undefined ? [] : [{ plugin, objects: own }];
    }),
    records: new Map(all.plugins.map(({ name }) => [name, recordOfEntities(comparison, name)])),
  };
}
