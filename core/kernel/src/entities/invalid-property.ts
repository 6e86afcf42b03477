import { ReferenceKind, type EntityMetadata } from '@mikro-orm/core';
import { baseClass, entityClass, entityMetadata, type EntityClass } from './entity-definition.ts';
import { readBuilders } from './extend-metadata.ts';
import type { MergedEntities } from './merged-entities.ts';
import type { PluginEntities } from './plugin-entities.ts';

/** The declaration that MikroORM rejects. */
export interface InvalidDeclaration {
  readonly plugin: PluginEntities | null;
  /** An entity (`Rating`), or one of its properties (`Rating.tags`). */
  readonly entity: string;
}

/**
 * Finds the declaration that makes `work` fail with `problem`: the longest name of an entity or a property that the
 * problem mentions. Many errors of MikroORM mention none. Then the declaration is found by trying: a property that
 * cannot be read, or the property without which `work` succeeds. Returns `null` if there is no such declaration.
 */
export function findInvalid(
  merged: MergedEntities,
  work: (merged: MergedEntities) => unknown,
  problem: string,
): InvalidDeclaration | null {
  return mentioned(merged, problem) ?? unreadable(merged) ?? withoutWhich(merged, work);
}

function mentioned(merged: MergedEntities, problem: string): InvalidDeclaration | null {
  const words = new Set([...(problem.match(/\w+/g) ?? []), ...(problem.match(/\w+\.\w+/g) ?? [])]);
  const [found] = declarations(merged)
    .filter(({ entity }) => words.has(entity))
    .toSorted((a, b) => b.entity.length - a.entity.length);
  return found ?? null;
}

/** Returns all entities, their base classes, and their properties. */
function declarations(merged: MergedEntities): readonly InvalidDeclaration[] {
  return [...merged.definitions].flatMap(([of, { name }]) => {
    const plugin = merged.owners.get(of) ?? null;
    const properties = propertiesOf(of, merged).map(({ property, plugin: by }) => {
      return { plugin: by, entity: `${name}.${property}` };
    });
    return [{ plugin, entity: name }, ...properties, ...basesOf(of).map((base) => ({ plugin, entity: base.name }))];
  });
}

function basesOf(of: EntityClass): readonly EntityClass[] {
  const base = baseClass(of);
  return base === null ? [] : [base, ...basesOf(base)];
}

interface DeclaredProperty {
  readonly property: string;
  readonly plugin: PluginEntities | null;
  readonly read: () => unknown;
}

function propertiesOf(
  of: EntityClass,
  { definitions, owners, extensions }: MergedEntities,
): readonly DeclaredProperty[] {
  const own = (definitions.get(of)?.properties ?? []).map((property) => ({
    property,
    plugin: owners.get(of) ?? null,
    // The properties of defineEntity are getters.
    read: () => (entityMetadata(of)?.properties as Readonly<Record<string, unknown>> | undefined)?.[property],
  }));
  const added = (extensions.get(of) ?? []).flatMap(({ plugin, properties }) =>
    Object.entries(properties).map(([property, value]) => ({
      property,
      plugin,
      read: () => readBuilders({ [property]: value })[property],
    })),
  );
  return [...own, ...added];
}

function unreadable(merged: MergedEntities): InvalidDeclaration | null {
  for (const [of, { name }] of merged.definitions) {
    const found = propertiesOf(of, merged).find(({ read }) => fails(() => assertTarget(read())));
    if (found !== undefined) return { plugin: found.plugin, entity: `${name}.${found.property}` };
  }
  return null;
}

/** Throws if a relation has no target, as when two files import each other. */
function assertTarget(property: unknown): void {
  const { entity } = property as { readonly entity?: string | (() => unknown) };
  if (typeof entity === 'function' && [entity()].flat().includes(undefined)) throw new TypeError();
}

function withoutWhich(merged: MergedEntities, work: (merged: MergedEntities) => unknown): InvalidDeclaration | null {
  const succeeds = (of: EntityClass, names: readonly string[]): boolean =>
    !fails(() => work({ ...merged, omitted: { of, names: new Set(names) } }));
  for (const [of, { name }] of merged.definitions) {
    const properties = propertiesOf(of, merged);
    if (
      !succeeds(
        of,
        properties.map(({ property }) => property),
      )
    )
      continue;
    const found = succeeds(of, []) ? undefined : properties.find(({ property }) => succeeds(of, [property]));
    const entity = found === undefined ? name : `${name}.${found.property}`;
    return { plugin: found?.plugin ?? merged.owners.get(of) ?? null, entity };
  }
  return null;
}

function fails(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}

/**
 * Removes from an entity's metadata the properties that `merged` omits, and its indexes and checks, which may name them.
 * Keys and relations stay, since other entities refer to them.
 */
export function omitProperties(metadata: EntityMetadata, { omitted }: MergedEntities): void {
  if (omitted?.of !== entityClass(metadata.class)) return;
  for (const { name, kind, primary } of Object.values(metadata.properties)) {
    const isPlain = kind === ReferenceKind.SCALAR || kind === ReferenceKind.EMBEDDED;
    if (isPlain && primary !== true && omitted.names.has(name)) metadata.removeProperty(name);
  }
  Object.assign(metadata, { indexes: [], uniques: [], checks: [] });
}
