/** The testing door, `@headwater/dev/testing`: boots a plugin for its author's tests, with whatever runs these. */
export { startTestKernel } from './testing/start-test-kernel.ts';
export type { LogEntry, TestKernel, TestKernelOptions } from './testing/start-test-kernel.ts';
