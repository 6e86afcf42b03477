import { shortMessage } from '../error/short-message.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { assertNoCollisions } from './collision-check.ts';
import { determineOwnership, type EntityOwnership } from './entity-ownership.ts';
import { assertExtensions } from './extension-check.ts';
import { assertIndexes } from './index-check.ts';
import type { MergedEntities } from './merged-entities.ts';
import type { DiscoveredEntities } from './metadata.ts';
import { assertNamesFit } from './name-length-check.ts';
import type { CreatedOrm, Orm } from './orm.ts';
import type { PluginEntities } from './plugin-entities.ts';
import { assertReferences } from './reference-check.ts';

/** An ORM instance whose entities passed all checks. */
export interface CheckedEntities {
  readonly orm: Orm;
  readonly ownership: EntityOwnership;
  /** Returns the SQL with which MikroORM would create all tables in an empty database. */
  readonly createSql: () => Promise<string>;
}

/**
 * Lets MikroORM discover the entities, which assigns a name to every column, key and index. Then checks that the
 * entities of different plugins work together. Throws ENTITY_INVALID if MikroORM fails, and the errors of the checks.
 */
export function discoverEntities(merged: MergedEntities, createOrm: () => CreatedOrm): CheckedEntities {
  const { orm, schema, createSql } = explainErrors(merged, createOrm);
  const metadata = new Map([...orm.getMetadata()].map((meta) => [meta.class, meta]));
  const entities: DiscoveredEntities = { ...merged, metadata };
  assertReferences(entities);
  assertNoCollisions(entities);
  assertExtensions(entities);
  assertIndexes(entities);
  const ownership = determineOwnership(explainErrors(merged, schema), entities);
  assertNamesFit(ownership, entities);
  return { orm, ownership, createSql };
}

/** Wraps an error from MikroORM. Its message names an entity or a property, which identifies the plugin. */
function explainErrors<Result>(merged: MergedEntities, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (isKernelError(error)) throw error;
    const problem = shortMessage(error);
    const words = new Set([...(problem.match(/\w+/g) ?? []), ...(problem.match(/\w+\.\w+/g) ?? [])]);
    const [found] = [...ownersByName(merged)]
      .filter(([name]) => words.has(name))
      .toSorted(([a], [b]) => b.length - a.length);
    const [entity = null, owner = null] = found ?? [];
    const details = { plugin: owner?.name ?? null, package: owner?.package ?? null, entity, problem };
    throw kernelError('ENTITY_INVALID', details, { cause: error });
  }
}

/** Returns the plugins of all entities and of all properties that extensions add, by name. */
function ownersByName({
  definitions,
  owners,
  extensions,
}: MergedEntities): ReadonlyMap<string, PluginEntities | undefined> {
  return new Map(
    [...definitions].flatMap(([of, { name }]) => [
      [name, owners.get(of)] as const,
      ...(extensions.get(of) ?? []).flatMap(({ plugin, properties }) =>
        Object.keys(properties).map((property) => [`${name}.${property}`, plugin] as const),
      ),
    ]),
  );
}
