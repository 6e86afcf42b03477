/**
 * The child process of `booter.ts`: a host that embeds the kernel in the folder given as its argument. Each message is
 * the folder of an application to boot. The reply has the ids of the applied revisions, or the error.
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
