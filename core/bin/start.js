import { enableCompileCache } from 'node:module';

enableCompileCache();

try {
  // A kernel that npm installed runs from `dist`; one that is linked from a workspace runs from its sources.
  if (!/[\\/]node_modules[\\/]/.test(import.meta.filename)) {
    (await import('./development-condition.js')).registerDevelopmentCondition();
  }
  const { main } = await import('@headwater/core/cli');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // `main` explains its own failures, so this is a broken installation or a bug.
  process.exitCode = 1;
  const debug = process.argv.includes('--debug');
  const text = error instanceof Error ? (debug ? error.stack : error.message) : String(error);
  process.stderr.write(`kernel: ${text ?? 'unknown failure'}\n`);
  if (!debug) process.stderr.write('This should not happen. Run again with --debug to see where it came from.\n');
}
