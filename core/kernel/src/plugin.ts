/**
 * The contract door, `@headwater/kernel/plugin`: everything that a plugin's code needs from Headwater. It does not load
 * MikroORM, Inversify or a database driver, so importing a revision file is cheap.
 *
 * @module @headwater/kernel/plugin
 */
export type {
  BindContext,
  BindIn,
  BindTo,
  Contribution,
  ContributionOf,
  Get,
  Make,
  MakeContext,
} from './contract/bind.ts';
export { Commands } from './contract/command.ts';
export type {
  CommandArgument,
  CommandContext,
  CommandOption,
  CommandReply,
  PluginCommand,
} from './contract/command.ts';
export { contributionPoint } from './contract/contribution-point.ts';
export type { ContributionPoint, ContributionPointOptions } from './contract/contribution-point.ts';
export { Database } from './contract/database.ts';
export { definePlugin } from './contract/define-plugin.ts';
export type {
  BootPurpose,
  DefinedPlugin,
  MetadataProviderClass,
  PluginContext,
  PluginDefinition,
  PluginLog,
  WriteLog,
} from './contract/define-plugin.ts';
export { defineRevision } from './contract/define-revision.ts';
export type { DefinedRevision, RevisionCode, RevisionContext, RevisionDefinition } from './contract/define-revision.ts';
export { extendEntity } from './contract/extend-entity.ts';
export type {
  EntityClassOf,
  EntityEntry,
  EntityExtension,
  EntityProperties,
  ExtendedEntity,
  Extension,
} from './contract/extend-entity.ts';
export { sql } from './contract/sql.ts';
export type { Sql } from './contract/sql.ts';
export type { StandardIssue, StandardResult, StandardSchema } from './contract/standard-schema.ts';
export { token } from './contract/token.ts';
export type { Token } from './contract/token.ts';
export type { Drawing, DrawnNode, DrawnState } from './graph/drawing.ts';
export { Inspection } from './open/inspection.ts';
export type { Diagnosis, DiagnosisCheck, DiagnosisFinding } from './open/diagnosis.ts';
export type { Footprint } from './open/footprint.ts';
export type { HistoryEntry, HistoryOptions } from './open/history.ts';
export type { LintFinding } from './open/lint.ts';
export type { SchemaObject } from './open/objects.ts';
export type { DetailedPlan, PlannedStep, PlanOptions } from './open/plan.ts';
export type { PluginReport, RunningPlugin } from './open/plugins.ts';
export type {
  HeldLock,
  LockMode,
  RecordedRehearsal,
  Rehearsal,
  RehearsedRelation,
  RehearsedStep,
  Rewrite,
  WorstLock,
} from './open/rehearsals.ts';
export type { Activity, RunsOptions } from './open/runs.ts';
export type { ShownOption } from './open/shown-options.ts';
export type { ShownRevision, ShowOptions } from './open/show.ts';
export type { ReadOptions, Status } from './open/status.ts';
export type { NotPendingReason } from './open/why-not.ts';
export type { PendingReason } from './open/why.ts';
export type { BranchStatus, RevisionState } from './migrate/branch-status.ts';
export type { ChainLink } from './graph/shortest-chain.ts';
export type { RecordedRun, RecordedStep } from './ledger/runs.ts';
export type { RemovedNeed } from './ownership/removed-objects.ts';
export type { ChangedObject, Drift, MissingObject } from './migrate/drift-check.ts';
export type { DriftOptions } from './open/drift.ts';
export type { LockHolder } from './run/running-upgrade.ts';
export type { WrittenRows } from './run/watch-step.ts';
