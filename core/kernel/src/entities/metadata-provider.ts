import { MetadataProvider, type Configuration, type EntityMetadata } from '@mikro-orm/core';
import type { MetadataProviderClass } from '../contract/define-plugin.ts';
import { decoratedMetadata, entityClass, isDecoratedBase, type EntityClass } from './entity-definition.ts';
import type { MergedEntities } from './merged-entities.ts';

/**
 * Returns a metadata provider that reads each decorated entity with the provider that its plugin chose. An ORM instance
 * has a single provider, whereas the entities of one application come from many plugins.
 */
export function chosenMetadataProvider(merged: MergedEntities): MetadataProviderClass {
  return class extends MetadataProvider {
    readonly #config: Configuration;

    constructor(config: Configuration) {
      super(config);
      this.#config = config;
    }

    override loadEntityMetadata(meta: EntityMetadata): void {
      const Chosen = providerOf(entityClass(meta.class), merged);
      if (Chosen === null) super.loadEntityMetadata(meta);
      else new Chosen(this.#config).loadEntityMetadata(meta);
    }
  };
}

function providerOf(of: EntityClass, { plugins, owners, definitions }: MergedEntities): MetadataProviderClass | null {
  if (decoratedMetadata(of) === null && !isDecoratedBase(of)) return null;
  const owner = owners.get(of);
  if (owner !== undefined) return owner.metadataProvider;
  // Base classes and embeddables need not be listed. A base belongs to the plugin of an entity that extends it.
  const extending = [...definitions.keys()].find((listed) => of.isPrototypeOf(listed));
  if (extending !== undefined) return owners.get(extending)?.metadataProvider ?? null;
  return plugins.find(({ metadataProvider }) => metadataProvider !== null)?.metadataProvider ?? null;
}
