/**
 * The command line door, `@headwater/kernel/cli`: the command `kernel` as a function, which changes nothing in the process
 * of its caller and leaves no listener behind.
 *
 * @example
 * process.exitCode = await main(['migrate:status', '--json']);
 */
export { main } from './cli/main.ts';
export type { MainOptions } from './cli/main.ts';
