import { differenceOf } from '../difference/catalog-difference.ts';
import { explainChange } from '../difference/explain-change.ts';
import type { PluginSet } from '@headwater/kernel/internal';
import type { Shadow } from '../shadow/shadow.ts';
import { byOwner, ownerFinder } from './foreign-changes.ts';
import { entitiesOf, partOf, type LoadRunning } from './part.ts';
import { catalogAfter } from './prove.ts';
import { targetCatalog } from './target-catalog.ts';

/** What the entities of a plugin ask for beyond what its revisions make. */
export interface Drift {
  readonly plugin: string;
  readonly package: string;
  /** Whether it is a plugin of this workspace, so that a revision can be created here. */
  readonly isOurs: boolean;
  /** Half a line each. */
  readonly changes: readonly string[];
}

/**
 * Compares the entities of all active plugins with what their revisions make of an empty database. Only plugins that
 * differ are in the result, dependencies first. Throws what plugins, entities and revisions can get wrong.
 */
export async function checkEntities(shadow: Shadow, set: PluginSet, load: LoadRunning): Promise<readonly Drift[]> {
  const part = partOf(set, new Set(set.byName.keys()));
  const entities = await entitiesOf(part, load);
  const before = await catalogAfter(shadow, part.revisions);
  const changes = differenceOf(before, await targetCatalog(shadow, entities, before));
  if (changes.length === 0) return [];
  const ownerOf = await ownerFinder(entities.ownership, part.revisions);
  const owned = byOwner(changes, part.plugins, entities.ownership, ownerOf);
  return owned.map(({ plugin: { name, package: from, from: where }, changes: own }) => ({
    plugin: name,
    package: from,
    isOurs: where === 'sources',
    changes: own.map(explainChange),
  }));
}
