import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

const here = import.meta.dirname;

/**
 * Returns the folder of the file that called into this folder: the first other file on the stack, so it has to be
 * called before anything is awaited. Returns the working directory if the stack has no such file.
 */
export function callerFolder(): string {
  for (const { scriptName } of getCallSites()) {
    const file = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName;
    if (/^(?:\/|[A-Za-z]:[\\/])/.test(file) && dirname(file) !== here) return dirname(file);
  }
  return process.cwd();
}
