/**
 * The command line door, `@headwater/kernel/cli`: the `kernel` command as a function. It does not modify the caller's
 * process and leaves no listeners behind.
 *
 * @module @headwater/kernel/cli
 * @example
 * process.exitCode = await main(['migrate:status', '--json']);
 */
export { main } from './cli/main.ts';
export type { MainOptions } from './cli/main.ts';
