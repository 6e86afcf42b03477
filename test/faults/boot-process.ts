/**
 * The child process of `booter.ts`: a host that embeds the kernel in the folder given as its argument. Each message is
 * the folder of an application to boot. The reply has the ids of the applied revisions, or the error.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Kernel from '@headwater/kernel';
import type { BootAnswer, BootRequest } from './booter.ts';
import type { Numbered } from './host-process.ts';

const door = pathToFileURL(join(process.argv[2] ?? '', 'dist/index.js')).href;
const { boot } = (await import(door)) as typeof Kernel;

async function bootOnce(cwd: string): Promise<BootAnswer> {
  try {
    await using app = await boot({ cwd });
    return { applied: app.report.applied };
  } catch (error) {
    return { failed: String(error) };
  }
}

process.on('message', ({ n, cwd }: Numbered<BootRequest>) => {
  void bootOnce(cwd).then((answer) => process.send?.({ n, ...answer }));
});
