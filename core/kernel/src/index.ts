/**
 * The host door, `@headwater/kernel`: for programs that boot an application or plan its migrations, and that handle its
 * errors. Plugins use `@headwater/kernel/plugin` instead.
 */
export { KernelError } from './error/kernel-error.ts';
export { isKernelError } from './error/kernel-codes.ts';
export type { Code, Details } from './error/kernel-codes.ts';
export { exitCode } from './error/exit-code.ts';
export type { ExitCode } from './error/exit-code.ts';
export { revisionGraph } from './graph/revision-graph.ts';
export type { GraphOptions, RevisionGraph } from './graph/revision-graph.ts';
export type { RevisionInput } from './graph/graph-revision.ts';
export { bases, heads } from './graph/heads-and-bases.ts';
export { upgradePlan } from './plan/upgrade-plan.ts';
export { downgradePlan } from './plan/downgrade-plan.ts';
export type { DowngradeOptions } from './plan/downgrade-plan.ts';
export type { Plan, Step } from './plan/plan.ts';
export { boot } from './boot/boot.ts';
export type { App, BootOptions } from './boot/boot.ts';
export type { BootReport, StartReport } from './boot/boot-report.ts';
