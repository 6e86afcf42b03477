import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether npm can reach the registry that is configured on this machine. */
export const hasRegistry: boolean = await reachesRegistry();

/** The suffix for the name of a test that needs a registry: the reason for skipping it, if npm cannot reach one. */
export const skipReason: string = hasRegistry ? '' : ' (skipped: npm cannot reach a registry)';

/** The version of pnpm that the tests run, with `npx --yes`. */
export const pnpm = 'pnpm@12.21.0';

/** Another release line of Node than the one that runs the tests. */
export const node26 = '26.10.0';

async function reachesRegistry(): Promise<boolean> {
  const patience = ['--fetch-retries=0', '--fetch-timeout=20000'];
  try {
    await run('npm', ['view', '@mikro-orm/core@7.2.1', 'version', ...patience], { cwd: import.meta.dirname });
    return true;
  } catch {
    return false;
  }
}
