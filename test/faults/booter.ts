/**
 * Boots one application after another, by the kernel in the folder that its argument names: what a host does that
 * embeds the kernel. Each message is the folder of an application, and the answer what was applied, or why it failed.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Kernel from '@headwater/kernel';

const door = pathToFileURL(join(process.argv[2] ?? '', 'dist/index.js')).href;
const { boot } = (await import(door)) as typeof Kernel;

process.on('message', (cwd: string) => {
  const booted = async (): Promise<object> => {
    await using app = await boot({ cwd });
    return { applied: app.report.applied };
  };
  void booted()
    .catch((error: unknown) => ({ failed: String(error) }))
    .then((answer) => process.send?.({ cwd, ...answer }));
});
