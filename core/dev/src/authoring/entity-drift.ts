import type { PluginSet } from '@headwater/kernel/internal/plugins';
import { differenceOf } from '../difference/catalog-difference.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { changesByOwner, ownerFinder, type PluginChanges } from './change-owners.ts';
import { entityCatalog } from './entity-catalog.ts';
import { entitiesOf, type LoadPlugin } from './load-entities.ts';
import { subsetOf } from './plugin-subset.ts';
import { schemaAfter } from './schema-proof.ts';

/**
 * Compares the entities of all active plugins with the schema that their revisions produce. Returns the changes that no
 * revision makes, by plugin, dependencies first. Throws the errors of plugins, entities and revisions.
 */
export async function entityDrift(shadow: Shadow, set: PluginSet, load: LoadPlugin): Promise<readonly PluginChanges[]> {
  const all = subsetOf(set);
  const entities = await entitiesOf(all, load);
  const before = await schemaAfter(shadow, all.revisions);
  const changes = differenceOf(before, await entityCatalog(shadow, entities, before));
  if (changes.length === 0) return [];
  const ownerOf = await ownerFinder(entities.ownership, all.revisions);
  return changesByOwner(changes, all.plugins, entities.ownership, ownerOf);
}
