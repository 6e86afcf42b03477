import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

const here = import.meta.dirname;

/**
 * The folder of the file that called into this one: the first on the stack, so only before anything was awaited. The
 * working directory where nobody can tell.
 */
export function callerFolder(): string {
  for (const { scriptName } of getCallSites()) {
    const file = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName;
    if (/^(?:\/|[A-Za-z]:[\\/])/.test(file) && dirname(file) !== here) return dirname(file);
  }
  return process.cwd();
}
