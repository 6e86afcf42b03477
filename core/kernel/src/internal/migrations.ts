/**
 * Internal door `@headwater/kernel/internal/migrations`, for `@headwater/dev` alone: migrating a database with the
 * revisions of all plugins.
 */
export { configuredOptions } from '../migrate/start-upgrade.ts';
export { lockModes, rehearsalFolder, rehearsalFormat } from '../open/rehearsals.ts';
export type {
  HeldLock,
  LockMode,
  Rehearsal,
  RehearsedRelation,
  RehearsedStep,
  Rewrite,
  WorstLock,
} from '../open/rehearsals.ts';
export type { ChangedObject, MissingObject } from '../migrate/drift-check.ts';
export { currentFormat } from '../ledger/ledger-schema.ts';
export { readDetails, readLedger } from '../ledger/ledger.ts';
export type { Observer, RunStep } from '../run/run-context.ts';
export type { StepProcess, WatchedStep, WatchStep, WrittenRows } from '../run/watch-step.ts';
export { downgrade, migrate, upgrade } from '../migrate/migrate.ts';
export { stamp } from '../migrate/stamp.ts';
export type { Goal } from '../migrate/initial-plan.ts';
export type { MigrationOptions } from '../migrate/migrate.ts';
export { readMigrationState } from '../migrate/migration-state.ts';
export type { MigrationState } from '../migrate/migration-state.ts';
export { ensureLedger } from '../run/ensure-ledger.ts';
export { graphOfPlugins, loadRevisionSet, revisionSetOf } from '../migrate/revision-set.ts';
export type { RevisionSet } from '../migrate/revision-set.ts';
