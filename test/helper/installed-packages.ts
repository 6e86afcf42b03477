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

/** Returns the folder of the `@headwater/kernel` that {@link installPackages} installs below `scratch`. */
export function installedKernel(scratch: string): string {
  return installedPackage(scratch, 'kernel');
}

/** Returns the folder of an installed package: `kernel`, `dev`, `plugin-core`. */
export function installedPackage(scratch: string, name: string): string {
  return join(scratch, 'kernel/node_modules/@headwater', name);
}

/**
 * Bundles `@headwater/kernel` and `@headwater/dev` from the current sources and installs them, with plugin zero, the way
 * npm would. Users run bundles too, and a bundle starts in a third of the time that the sources take. All other packages
 * are links to the `node_modules` of this workspace.
 */
export async function installPackages(scratch: string): Promise<void> {
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

/**
 * Builds a first-party plugin and installs it beside the packages of {@link installPackages}, the way npm would. Returns
 * its folder.
 */
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
