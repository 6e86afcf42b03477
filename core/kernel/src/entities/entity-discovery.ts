import { shortMessage } from '../error/short-message.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { assertNoCollisions } from './collision-check.ts';
import { determineOwnership, type EntityOwnership } from './entity-ownership.ts';
import { assertExtensions } from './extension-check.ts';
import { assertIndexes } from './index-check.ts';
import { findInvalid } from './invalid-property.ts';
import type { MergedEntities } from './merged-entities.ts';
import type { DiscoveredEntities } from './metadata.ts';
import { assertNamesFit } from './name-length-check.ts';
import type { CreatedOrm, Orm } from './orm.ts';
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
export function discoverEntities(
  merged: MergedEntities,
  createOrm: (merged: MergedEntities) => CreatedOrm,
): CheckedEntities {
  const { orm, schema, createSql } = explainErrors(merged, createOrm);
  const metadata = new Map([...orm.getMetadata()].map((meta) => [meta.class, meta]));
  const entities: DiscoveredEntities = { ...merged, metadata };
  assertReferences(entities);
  assertNoCollisions(entities);
  assertExtensions(entities);
  assertIndexes(entities);
  const ownership = determineOwnership(
    explainErrors(merged, (changed) => (changed === merged ? schema() : createOrm(changed).schema())),
    entities,
  );
  assertNamesFit(ownership, entities);
  return { orm, ownership, createSql };
}

/** Wraps an error from MikroORM, with the declaration that causes it. */
function explainErrors<Result>(merged: MergedEntities, work: (merged: MergedEntities) => Result): Result {
  try {
    return work(merged);
  } catch (error) {
    if (isKernelError(error)) throw error;
    const problem = shortMessage(error);
    const { plugin = null, entity = null } = findInvalid(merged, work, problem) ?? {};
    const details = { plugin: plugin?.name ?? null, package: plugin?.package ?? null, entity, problem };
    throw kernelError('ENTITY_INVALID', details, { cause: error });
  }
}
