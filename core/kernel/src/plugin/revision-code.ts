import { pathToFileURL } from 'node:url';
import type { RevisionCode } from '../contract/define-revision.ts';
import { shortMessage } from '../error/short-message.ts';
import { kernelError } from '../error/kernel-codes.ts';

/**
 * Returns the code of a built revision. Its module `file` is imported when the code first runs: planning, showing and
 * hashing the revision import nothing. Running throws REVISION_FILE_UNLOADABLE and REVISION_EXPORT_INVALID.
 */
export function lazyRevisionCode(file: string, id: string, direction: 'up' | 'down'): RevisionCode {
  return async (context) => {
    const plugin = id.split('@')[0] ?? '';
    // Imported lazily: only a revision that runs needs the checks of a revision file.
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
    throw kernelError('REVISION_FILE_UNLOADABLE', { plugin, file, reason: shortMessage(cause) }, { cause });
  }
}
