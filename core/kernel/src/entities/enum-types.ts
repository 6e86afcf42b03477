import { propertyOwner } from './entity-owner.ts';
import { qualifiedText } from './entity-tables.ts';
import type { DiscoveredEntities } from './metadata.ts';
import type { PluginEntities } from './plugin-entities.ts';

/** A property whose column has a PostgreSQL enum type, and the plugin that declares the property. */
export interface EnumTypeUse {
  /** The name of the type, qualified unless it is in the schema `public`. */
  readonly name: string;
  readonly property: string;
  readonly items: readonly string[];
  readonly plugin: PluginEntities;
}

/** Returns every use of an enum type, in plugin order. The first plugin that uses a type owns it. */
export function enumTypeUses(entities: DiscoveredEntities): readonly EnumTypeUse[] {
  const uses = [...entities.metadata.values()].flatMap((meta) =>
    Object.values(meta.properties).flatMap(({ name, nativeEnumName, items = [] }): readonly EnumTypeUse[] => {
      const plugin = propertyOwner(meta, name, entities);
      if (nativeEnumName === undefined || plugin === null) return [];
      const type = nativeEnumName.includes('.') ? nativeEnumName : qualifiedText(nativeEnumName, meta.schema);
      return [{ name: type, property: `${meta.className}.${name}`, items: items.map(String), plugin }];
    }),
  );
  return uses.toSorted((a, b) => entities.plugins.indexOf(a.plugin) - entities.plugins.indexOf(b.plugin));
}
