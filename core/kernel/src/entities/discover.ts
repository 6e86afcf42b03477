import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { firstLine } from '../error/first-line.ts';
import { assertNamesFit, assertNoCollisions } from './assert-collisions.ts';
import { assertExtensions, assertIndexes } from './assert-extensions.ts';
import { assertReferences } from './assert-references.ts';
import type { EntityPlan } from './entity-plan.ts';
import type { EntitySource } from './entity-source.ts';
import type { MadeOrm, Orm } from './orm.ts';
import type { KnownPlan } from './owners.ts';
import { ownershipOf, type Ownership } from './ownership.ts';

/** An instance whose entities are sound, and whose everything is. */
export interface Discovered {
  readonly orm: Orm;
  readonly ownership: Ownership;
  /** The SQL by which MikroORM would create all of it in an empty database. */
  readonly createSql: () => Promise<string>;
}

/**
 * Lets MikroORM discover the entities, which gives each column, key and index its name, and refuses what does not work
 * between plugins. Throws ENTITY_INVALID for what MikroORM itself refuses, and what the assertions throw.
 */
export function discover(plan: EntityPlan, make: () => MadeOrm): Discovered {
  const { orm, schema, createSql } = explained(plan, make);
  const known: KnownPlan = { ...plan, metadata: new Map([...orm.getMetadata()].map((meta) => [meta.class, meta])) };
  assertReferences(known);
  assertNoCollisions(known);
  assertExtensions(known);
  assertIndexes(known);
  const ownership = ownershipOf(explained(plan, schema), known);
  assertNamesFit(ownership, known);
  return { orm, ownership, createSql };
}

/** MikroORM's refusals name an entity, or one of its properties, which tells the plugin. */
function explained<Result>(plan: EntityPlan, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (isKernelError(error)) throw error;
    const problem = firstLine(error);
    const words = new Set([...(problem.match(/\w+/g) ?? []), ...(problem.match(/\w+\.\w+/g) ?? [])]);
    const [found] = [...named(plan)].filter(([name]) => words.has(name)).toSorted(([a], [b]) => b.length - a.length);
    const [entity = null, owner = null] = found ?? [];
    const details = { plugin: owner?.name ?? null, package: owner?.package ?? null, entity, problem };
    throw kernelError('ENTITY_INVALID', details, { cause: error });
  }
}

/** The plugins of all entities and extending properties, by name. */
function named({ definitions, owners, extensions }: EntityPlan): ReadonlyMap<string, EntitySource | undefined> {
  return new Map(
    [...definitions].flatMap(([of, { name }]) => [
      [name, owners.get(of)] as const,
      ...(extensions.get(of) ?? []).flatMap(({ source, properties }) =>
        Object.keys(properties).map((property) => [`${name}.${property}`, source] as const),
      ),
    ]),
  );
}
