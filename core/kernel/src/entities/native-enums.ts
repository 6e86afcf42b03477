import type { EntitySource } from './entity-source.ts';
import { ownerOfProperty, type KnownPlan } from './owners.ts';
import { nameInSchema } from './tables.ts';

/** A property whose column has a native enum type, and the plugin that declares it. */
export interface EnumUse {
  /** The type's qualified name. */
  readonly name: string;
  readonly property: string;
  readonly items: readonly string[];
  readonly source: EntitySource;
}

/** Every use of a native enum, in the order of the plugins, dependencies first: the first user owns the type. */
export function enumUses(plan: KnownPlan): readonly EnumUse[] {
  const uses = [...plan.metadata.values()].flatMap((meta) =>
    Object.values(meta.properties).flatMap(({ name, nativeEnumName, items = [] }): readonly EnumUse[] => {
      const source = ownerOfProperty(meta, name, plan);
      if (nativeEnumName === undefined || source === null) return [];
      const type = nativeEnumName.includes('.') ? nativeEnumName : nameInSchema(nativeEnumName, meta.schema);
      return [{ name: type, property: `${meta.className}.${name}`, items: items.map(String), source }];
    }),
  );
  return uses.toSorted((a, b) => plan.sources.indexOf(a.source) - plan.sources.indexOf(b.source));
}
