import { kernelError } from '../error/kernel-codes.ts';
import { isPluginName } from '../graph/revision-id.ts';

/**
 * Reserved names. They stand for plugin zero, the schema of the ledger, the target that means all plugins, and the program
 * that embeds the application.
 */
const reserved = new Set(['core', 'kernel', 'heads', 'host']);

/** Throws PLUGIN_NAME_INVALID and PLUGIN_NAME_RESERVED. `file` and `pointer` locate `name`, for the message. */
export function assertPluginName(name: string, file: string, pointer: string): void {
  if (!isPluginName(name)) {
    throw kernelError('PLUGIN_NAME_INVALID', { name, file, pointer, problem: problemIn(name) });
  }
  if (reserved.has(name)) throw kernelError('PLUGIN_NAME_RESERVED', { name, file, pointer });
}

function problemIn(name: string): string {
  if (name === '') return 'it is empty';
  const strange = /[^\x20-\x7e]/u.exec(name)?.[0];
  if (strange !== undefined) {
    const point = strange.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
    return `its character U+${point} is not ASCII, even if it looks like it`;
  }
  if (/^[a-z]+:/i.test(name)) return 'it looks like a URL, and a plugin is listed by its name';
  if (/[/\\]/.test(name)) return 'it looks like a path or a package, which belongs in "$package"';
  if (/[A-Z]/.test(name)) return 'it has upper-case letters';
  if (name.length > 39) return `it has ${name.length} characters`;
  const wrong = /[^a-z0-9-]/.exec(name)?.[0];
  return wrong === undefined ? 'it does not begin with a letter' : `"${wrong}" is not allowed`;
}
