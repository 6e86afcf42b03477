import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether npm reaches the registry that this machine is set up with. */
export const hasRegistry: boolean = await reachesRegistry();

/** The end of the name of a test that needs a registry: the reason why it is skipped, if there is none. */
export const skipReason: string = hasRegistry ? '' : ' (skipped: npm reaches no registry)';

async function reachesRegistry(): Promise<boolean> {
  const patience = ['--fetch-retries=0', '--fetch-timeout=20000'];
  try {
    await run('npm', ['view', '@mikro-orm/core@7.2.1', 'version', ...patience], { cwd: import.meta.dirname });
    return true;
  } catch {
    return false;
  }
}
