import { isKernelError, KernelError } from '../error/kernel-error.ts';
import { firstLine } from '../error/first-line.ts';
import { assertNamesFit, assertNoCollisions } from './assert-collisions.ts';
import { assertExtensions, assertIndexes } from './assert-extensions.ts';
import { assertReferences } from './assert-references.ts';
import type { EntityPlan } from './entity-plan.ts';
import type { MadeOrm, Orm } from './orm.ts';
import type { MetadataByClass } from './owners.ts';
import { ownershipOf, type Ownership } from './ownership.ts';

/** An instance whose entities are sound, and whose everything is. */
export interface Discovered {
  readonly orm: Orm;
  readonly ownership: Ownership;
}

/**
 * Lets MikroORM discover the entities, which gives each column, key and index its name, and refuses what does not work
 * between plugins. Throws ENTITY_INVALID for what MikroORM itself refuses, and what the assertions throw.
 */
export function discover(plan: EntityPlan, make: () => MadeOrm): Discovered {
  const { orm, schema } = explained(plan, make);
  const all: MetadataByClass = new Map([...orm.getMetadata()].map((meta) => [meta.class, meta]));
  assertReferences(plan, all);
  assertNoCollisions(plan, all);
  assertExtensions(plan, all);
  assertIndexes(plan, all);
  const ownership = ownershipOf(explained(plan, schema), plan, all);
  assertNamesFit(ownership, plan, all);
  return { orm, ownership };
}

/** MikroORM's refusals name an entity, which tells the plugin. */
function explained<Result>(plan: EntityPlan, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (isKernelError(error)) throw error;
    const problem = firstLine(error);
    const words = new Set(problem.match(/\w+/g));
    const found = [...plan.definitions.values()].find(({ name }) => words.has(name));
    const owner = found === undefined ? undefined : plan.owners.get(found.class);
    const details = {
      plugin: owner?.name ?? null,
      package: owner?.package ?? null,
      entity: found?.name ?? null,
      problem,
    };
    throw new KernelError('ENTITY_INVALID', details, { cause: error });
  }
}
