/**
 * The child process of `wire-operations.ts`: a host that opens the plugins of `wire-plugins.ts` with the installed kernel
 * whose folder is its argument. Each message asks for one operation on one database.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as KernelDoor from '@headwater/kernel';
import type { Kernel } from '@headwater/kernel';
import type * as PluginDoor from '@headwater/kernel/plugin';
import type { Numbered } from './host-process.ts';
import type { Operation, WireAnswer, WireRequest } from './wire-operations.ts';
import { wirePlugins } from './wire-plugins.ts';

const door = (name: string): string => pathToFileURL(join(process.argv[2] ?? '', 'dist', `${name}.js`)).href;
const { open, isKernelError } = (await import(door('index'))) as typeof KernelDoor;
const contract = (await import(door('plugin'))) as typeof PluginDoor;

async function perform({ operation, url, outside, to, limit }: WireRequest): Promise<WireAnswer> {
  const { core, items } = wirePlugins(contract, { outside, isSquashed: operation === 'squash' });
  const plugins = { core, ...(operation !== 'uninstall' && { items }) };
  const upgrade = {
    lockWait: 20 * limit,
    lockTimeout: limit,
    retryFor: limit,
    statementTimeout: 2 * limit,
    codeTimeout: 2 * limit,
    responseTimeout: limit,
  };
  try {
    await using kernel = await open({ config: { database: url, upgrade }, plugins });
    return { applied: await operate(kernel, operation, to), error: null };
  } catch (error) {
    if (isKernelError(error)) return { applied: null, error: error.toJSON() };
    // Never right, but it must not end the other operations of this process.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { applied: null, error: { code: 'NO_KERNEL_ERROR', exitCode: 1, message: text, written: '' } };
  }
}

async function operate(kernel: Kernel, operation: Operation, to: string): Promise<readonly string[]> {
  switch (operation) {
    case 'up':
    case 'squash':
      return (await kernel.upgrade({ to })).applied;
    case 'down':
      return (await kernel.downgrade('core@0001', { cascade: true })).applied;
    case 'stamp':
      return (await kernel.stamp(['core', 'items'], { unchecked: true })).stamped;
    case 'uninstall':
      // Once nothing of the plugin is left, its name is unknown.
      return kernel.downgrade('items@base').then(
        ({ applied }) => applied,
        (error: unknown) => {
          if (isKernelError(error, 'TARGET_UNKNOWN')) return [];
          throw error;
        },
      );
    default:
      return operation satisfies never;
  }
}

process.on('message', (request: Numbered<WireRequest>) => {
  void perform(request).then((answer) => process.send?.({ n: request.n, ...answer }));
});
