/**
 * The command line door, `@headwater/kernel/cli`: the command `kernel` as a function, which leaves no listener behind.
 *
 * @example
 * process.exitCode = await main(['migrate:status', '--json']);
 */
export { main } from './cli/main.ts';
