import { kernelError } from '../error/kernel-codes.ts';
import type { Signature } from './command.ts';
import { usageOf } from './signature.ts';

/**
 * Throws USAGE if `plugin` is plugin zero. `done` names what the command would do to it, as a participle: `disabled`.
 * `name` and `command` are for the usage line.
 */
export function assertNotPluginZero(plugin: string, done: string, name: string, command: Signature): void {
  if (plugin !== 'core') return;
  const what = `kernel ${name}: core is plugin zero, on which the others build; it cannot be ${done}.`;
  throw kernelError('USAGE', { what, usage: usageOf(name, command), command: name });
}
