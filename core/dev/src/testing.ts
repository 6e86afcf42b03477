/**
 * The testing door, `@headwater/dev/testing`. It boots a plugin, or applies only its revisions, for the tests of the
 * plugin's author. It works with every test runner.
 *
 * @module @headwater/dev/testing
 */
export { openTestDatabase } from './testing/open-test-database.ts';
export type { TestDatabase, TestDatabaseOptions } from './testing/open-test-database.ts';
export { startTestKernel } from './testing/start-test-kernel.ts';
export type { LogEntry, TestKernel, TestKernelOptions } from './testing/start-test-kernel.ts';
