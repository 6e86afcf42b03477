/**
 * The host door, `@headwater/kernel`: for programs that embed plugins with `open`, boot an application or plan its migrations,
 * and that handle its errors. Plugins use `@headwater/kernel/plugin` instead.
 *
 * @module @headwater/kernel
 */
export { KernelError } from './error/kernel-error.ts';
export { isKernelError } from './error/kernel-codes.ts';
export type { Code, Details } from './error/kernel-codes.ts';
export { exitCode } from './error/exit-code.ts';
export type { ExitCode } from './error/exit-code.ts';
export { revisionGraph } from './graph/revision-graph.ts';
export type { GraphOptions, RevisionGraph } from './graph/revision-graph.ts';
export type { RevisionInput } from './graph/graph-revision.ts';
export type { HiddenRevision } from './graph/squashes.ts';
export { bases, heads } from './graph/heads-and-bases.ts';
export { upgradePlan } from './plan/upgrade-plan.ts';
export { downgradePlan } from './plan/downgrade-plan.ts';
export type { DowngradeOptions } from './plan/downgrade-plan.ts';
export type { Plan, Step } from './plan/plan.ts';
export { boot } from './open/boot.ts';
export type { BootOptions } from './open/boot.ts';
export { open } from './open/open.ts';
export type { Kernel, Migrated, Stamped } from './open/open.ts';
export type {
  HostConfig,
  HostDatabase,
  HostInlinePlugin,
  HostPackage,
  HostPlugin,
  OpenOptions,
} from './open/open-options.ts';
export type { ApplicationRecord } from './open/application-record.ts';
export type { BranchShape, CurrentRevision } from './open/branches.ts';
export type { Diagnosis, DiagnosisCheck, DiagnosisFinding } from './open/diagnosis.ts';
export type { ChangedObject, Drift, MissingObject } from './migrate/drift-check.ts';
export type { DriftOptions } from './open/drift.ts';
export type { UnknownObject } from './ownership/drift.ts';
export type { ExportedFile } from './open/export-data.ts';
export type { Footprint } from './open/footprint.ts';
export type { GraphViewOptions } from './open/graph.ts';
export type { Drawing, DrawingOptions, DrawnBranch, DrawnNode, DrawnState } from './graph/drawing.ts';
export type { HistoryEntry, HistoryOptions } from './open/history.ts';
export type { HostLog } from './open/host-log.ts';
export { Inspection } from './open/inspection.ts';
export type { WriteOptions } from './open/migrations.ts';
export type { LintFinding } from './open/lint.ts';
export type { SchemaObject } from './open/objects.ts';
export type { DetailedPlan, PlannedStep, PlanOptions } from './open/plan.ts';
export type { PluginReport, RunningPlugin } from './open/plugins.ts';
export type { Activity, RunsOptions } from './open/runs.ts';
export type { ShownOption } from './open/shown-options.ts';
export type { EditedRevision, ShownRevision, ShowOptions } from './open/show.ts';
export type { PlanScript, SqlOptions } from './open/sql.ts';
export type { StartOptions } from './open/start.ts';
export type { ReadOptions, Status } from './open/status.ts';
export type { PendingReason } from './open/why.ts';
export type { NotPendingReason } from './open/why-not.ts';
export type { ChainLink } from './graph/shortest-chain.ts';
export type { RemovedNeed } from './ownership/removed-objects.ts';
export type { HostClient, HostConnection, HostPglite, HostPool, HostPoolClient } from './db/host-connection.ts';
export type { BranchStatus, RevisionState } from './migrate/branch-status.ts';
export type { RecordedRun, RecordedStep } from './ledger/runs.ts';
export type { Observer, RunStep } from './run/run-context.ts';
export type { LockHolder } from './run/running-upgrade.ts';
export type { App, AppObserver, Health, HostBind, LogOf } from './boot/app.ts';
export type { BootReport, StartReport } from './boot/boot-report.ts';
export type { HostEntities } from './boot/host-entities.ts';
