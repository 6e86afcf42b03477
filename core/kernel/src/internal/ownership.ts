/**
 * Internal door `@headwater/kernel/internal/ownership`, for `@headwater/dev` alone: the owner of each object, and
 * inferred dependencies.
 */
export { inferDependencies, touchedObjects } from '../ownership/inferred-dependencies.ts';
export { openLedgerOwners } from '../ownership/ledger-owners.ts';
export { applyEffects } from '../ownership/revision-effects.ts';
export type { RevisionEffects } from '../ownership/effects-json.ts';
export { proveText } from '../ownership/static-proof.ts';
export { schemaHistory } from '../ownership/schema-history.ts';
export type { HistoryRevision, SchemaHistory } from '../ownership/schema-history.ts';
