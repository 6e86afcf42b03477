/**
 * Internal door `@headwater/kernel/internal/migrations`, for `@headwater/dev` alone: migrating a database with the
 * revisions of all plugins.
 */
export { downgrade, migrate, stamp, upgrade } from '../migrate/migrate.ts';
export type { Goal } from '../migrate/initial-plan.ts';
export type { MigrationOptions } from '../migrate/migrate.ts';
export { readMigrationState } from '../migrate/migration-state.ts';
export type { MigrationState } from '../migrate/migration-state.ts';
export { ensureLedger } from '../run/ensure-ledger.ts';
export { graphOfPlugins, loadRevisionSet, revisionSetOf } from '../migrate/revision-set.ts';
export type { RevisionSet } from '../migrate/revision-set.ts';
