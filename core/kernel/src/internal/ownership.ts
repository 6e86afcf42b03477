/**
 * Internal door `@headwater/kernel/internal/ownership`, for `@headwater/dev` alone: the owner of each object, and
 * inferred dependencies.
 */
export { inferDependencies, touchedObjects } from '../ownership/inferred-dependencies.ts';
export { schemaHistory } from '../ownership/schema-history.ts';
export type { HistoryRevision, SchemaHistory } from '../ownership/schema-history.ts';
