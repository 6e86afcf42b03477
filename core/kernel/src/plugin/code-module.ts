import { pathToFileURL } from 'node:url';
import type { RevisionCode } from '../contract/define-revision.ts';
import { firstLine } from '../error/first-line.ts';
import { kernelError } from '../error/kernel-codes.ts';

/**
 * The code of a built revision in the module `file`, imported when it is first run: a plan can be made of it, shown and hashed without.
 * Running throws REVISION_FILE_UNLOADABLE and REVISION_EXPORT_INVALID.
 */
export function codeIn(file: string, id: string, direction: 'up' | 'down'): RevisionCode {
  return async (context) => {
    const plugin = id.split('@')[0] ?? '';
    // Only a revision that runs needs what checks one.
    const { revisionIn } = await import('./revision-files.ts');
    const code = revisionIn(await imported(plugin, file), plugin, file)[direction];
    if (typeof code !== 'function') {
      throw kernelError('REVISION_EXPORT_INVALID', {
        plugin,
        file,
        problem: `its \`${direction}\` is not a function`,
      });
    }
    await code(context);
  };
}

async function imported(plugin: string, file: string): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    return module;
  } catch (cause) {
    throw kernelError('REVISION_FILE_UNLOADABLE', { plugin, file, reason: firstLine(cause) }, { cause });
  }
}
