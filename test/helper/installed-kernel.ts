import { execFile } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '../..');

/** Folder of the `@headwater/kernel` that {@link installKernel} puts below `scratch`. */
export function installedKernel(scratch: string): string {
  return join(scratch, 'kernel/node_modules/@headwater/kernel');
}

/**
 * Bundles the kernel as it is in the workspace right now and puts it where npm would have: what users run, which starts
 * in a third of the time that its sources take. Everything else in its `node_modules` is this workspace's.
 */
export async function installKernel(scratch: string): Promise<void> {
  const target = installedKernel(scratch);
  const modules = join(target, '../..');
  mkdirSync(join(target, '..'), { recursive: true });
  for (const name of readdirSync(join(workspace, 'node_modules'))) {
    if (name.startsWith('.') || name === '@headwater') continue;
    symlinkSync(join(workspace, 'node_modules', name), join(modules, name), 'junction');
  }
  // Outside node_modules at first: Node strips no types in there, and the manifest is made from sources.
  const made = join(modules, '../core');
  for (const part of ['bin', 'src', 'package.json', 'revisions.lock.json']) {
    cpSync(join(workspace, 'core', part), join(made, part), { recursive: true });
  }
  const bundler = join(workspace, 'node_modules/rolldown/bin/cli.mjs');
  const config = ['-c', join(workspace, 'core/rolldown.config.ts'), '--configLoader', 'native'];
  await run(process.execPath, [bundler, ...config, '--dir', join(made, 'dist')]);
  await run(process.execPath, [join(made, 'bin/kernel.js'), 'plugin:build', made]);
  rmSync(join(made, 'src'), { recursive: true });
  renameSync(made, target);
}

/** A first-party plugin as npm would install it, beside the kernel of {@link installKernel}. Gives its folder. */
export async function installPlugin(scratch: string, name: string): Promise<string> {
  const kernel = installedKernel(scratch);
  const made = join(scratch, `plugin-${name}`);
  const target = join(kernel, `../plugin-${name}`);
  for (const part of ['src', 'package.json', 'revisions.lock.json']) {
    cpSync(join(workspace, 'plugins', name, part), join(made, part), { recursive: true });
  }
  for (const file of globSync('**/*.ts', { cwd: join(made, 'src') })) {
    const code = stripTypeScriptTypes(readFileSync(join(made, 'src', file), 'utf8'));
    const module = join(made, 'dist', file.replace(/ts$/, 'js'));
    mkdirSync(dirname(module), { recursive: true });
    writeFileSync(module, code.replaceAll(/(from '\.[^']*\.)ts'/g, "$1js'"));
  }
  symlinkSync(join(kernel, '../..'), join(made, 'node_modules'), 'junction');
  await run(process.execPath, [join(kernel, 'bin/kernel.js'), 'plugin:build', made]);
  for (const part of ['src', 'node_modules']) rmSync(join(made, part), { recursive: true });
  renameSync(made, target);
  return target;
}
