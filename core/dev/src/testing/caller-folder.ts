import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

const here = import.meta.dirname;

/**
 * Returns the folder of the caller: of the first file on the stack that is outside this folder, or the working
 * directory if there is none. The stack only shows the caller before the first `await`.
 */
export function callerFolder(): string {
  for (const { scriptName } of getCallSites()) {
    const file = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName;
    if (/^(?:\/|[A-Za-z]:[\\/])/.test(file) && dirname(file) !== here) return dirname(file);
  }
  return process.cwd();
}
