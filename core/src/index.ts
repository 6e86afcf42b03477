/**
 * The host door, `@headwater/core`: what an application, a tool or a test needs to boot and to migrate. Plugins use
 * `@headwater/core/plugin` instead.
 */
export { KernelError, isKernelError } from './error/kernel-error.ts';
export type { Code, Details } from './error/kernel-error.ts';
export { exitCode } from './error/exit-code.ts';
export type { ExitCode } from './error/exit-code.ts';
export { revisionGraph } from './graph/revision-graph.ts';
export type { GraphOptions, RevisionGraph } from './graph/revision-graph.ts';
export type { RevisionInput } from './graph/graph-revision.ts';
export { bases, heads } from './graph/lineage.ts';
export { upgradePlan } from './plan/upgrade-plan.ts';
export { downgradePlan } from './plan/downgrade-plan.ts';
export type { DowngradeOptions } from './plan/downgrade-plan.ts';
export type { Plan, Step } from './plan/plan.ts';
export { boot } from './kernel/boot.ts';
export type { App, BootOptions } from './kernel/boot.ts';
export type { BootReport, StartReport } from './kernel/boot-report.ts';
