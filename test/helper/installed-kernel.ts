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
  return installedPackage(scratch, 'kernel');
}

/** Folder of a package of ours that is installed beside that kernel: `kernel`, `dev`, `plugin-core`. */
export function installedPackage(scratch: string, name: string): string {
  return join(scratch, 'kernel/node_modules/@headwater', name);
}

/**
 * Bundles the kernel and `@headwater/dev` as they are in the workspace right now and puts them, with plugin zero, where
 * npm would: this is what users run, and it starts in a third of the time that the sources take. Everything else in
 * their `node_modules` is this workspace's.
 */
export async function installKernel(scratch: string): Promise<void> {
  const modules = join(installedKernel(scratch), '../..');
  mkdirSync(join(modules, '@headwater'), { recursive: true });
  for (const name of readdirSync(join(workspace, 'node_modules'))) {
    if (name.startsWith('.') || name === '@headwater') continue;
    symlinkSync(join(workspace, 'node_modules', name), join(modules, name), 'junction');
  }
  await Promise.all([bundle(scratch, 'kernel', ['bin']), bundle(scratch, 'dev', [])]);
  await installPlugin(scratch, 'core');
}

async function bundle(scratch: string, name: string, parts: readonly string[]): Promise<void> {
  const target = installedPackage(scratch, name);
  mkdirSync(target, { recursive: true });
  for (const part of [...parts, 'package.json']) {
    cpSync(join(workspace, 'core', name, part), join(target, part), { recursive: true });
  }
  const bundler = join(workspace, 'node_modules/rolldown/bin/cli.mjs');
  const config = ['-c', join(workspace, 'core', name, 'rolldown.config.ts'), '--configLoader', 'native'];
  await run(process.execPath, [bundler, ...config, '--dir', join(target, 'dist')]);
}

/** A first-party plugin as npm would install it, beside the kernel of {@link installKernel}. Gives its folder. */
export async function installPlugin(scratch: string, name: string): Promise<string> {
  const kernel = installedKernel(scratch);
  const made = join(scratch, `plugin-${name}`);
  const target = installedPackage(scratch, `plugin-${name}`);
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
  await run(process.execPath, [join(kernel, 'bin/kernel.js'), 'plugin:build', made], { cwd: made });
  for (const part of ['src', 'node_modules']) rmSync(join(made, part), { recursive: true });
  renameSync(made, target);
  return target;
}
