import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
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
 * The origin of the packages that tests run: `bundled` from the current sources, or `packed` by npm from the builds.
 */
export type Installation = 'bundled' | 'packed';

/**
 * Installs `@headwater/kernel`, `@headwater/dev` and plugin zero for all tests of a run. All other packages are links to
 * the `node_modules` of this workspace. The variable `SABOTAGE` puts one of `sabotages` into the kernel.
 */
export async function installPackages(scratch: string, installation: Installation = 'bundled'): Promise<void> {
  const modules = join(installedKernel(scratch), '../..');
  mkdirSync(join(modules, '@headwater'), { recursive: true });
  for (const name of readdirSync(join(workspace, 'node_modules'))) {
    if (name.startsWith('.') || name === '@headwater' || name === 'create-headwater') continue;
    symlinkSync(join(workspace, 'node_modules', name), join(modules, name), 'junction');
  }
  if (installation === 'packed') await installPacked(scratch);
  else {
    await Promise.all([bundle(scratch, 'kernel', ['bin']), bundle(scratch, 'dev', [])]);
    await installPlugin(scratch, 'core');
  }
  const sabotage = process.env['SABOTAGE'];
  if (sabotage === undefined) return;
  const { applySabotage } = await import('../faults/sabotage.ts');
  applySabotage(installedKernel(scratch), sabotage);
}

/** Installs the packages that npm would publish. */
async function installPacked(scratch: string): Promise<void> {
  const { packInto, unpack } = await import('./pack.ts');
  for (const tarball of await packInto(join(scratch, 'packed'))) {
    await unpack(tarball, join(installedKernel(scratch), '../..', tarball.name));
  }
}

/**
 * Bundles a package from its sources and installs it the way npm would. Users run bundles too, and a bundle starts in a
 * third of the time that it takes to start from source.
 */
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
 * Builds a first-party plugin (or `app`) and installs it beside the packages of {@link installPackages}, the way npm
 * would. Test files that need the same plugin share it, even if they run at the same time. Returns its folder.
 */
export async function installPlugin(scratch: string, name: string): Promise<string> {
  const [folder, installed] = name === 'app' ? ['app', 'app'] : [`plugins/${name}`, `plugin-${name}`];
  const target = installedPackage(scratch, installed);
  if (existsSync(target)) return target;
  const kernel = installedKernel(scratch);
  const built = join(scratch, `${installed}-${randomBytes(4).toString('hex')}`);
  for (const part of ['src', 'package.json', 'revisions.lock.json']) {
    const source = join(workspace, folder, part);
    if (existsSync(source)) cpSync(source, join(built, part), { recursive: true });
  }
  for (const file of globSync('**/*.ts', { cwd: join(built, 'src') })) {
    const code = stripTypeScriptTypes(readFileSync(join(built, 'src', file), 'utf8'));
    const module = join(built, 'dist', file.replace(/ts$/, 'js'));
    mkdirSync(dirname(module), { recursive: true });
    writeFileSync(module, code.replaceAll(/((?:from |import\()'\.[^']*\.)ts'/g, "$1js'"));
  }
  symlinkSync(join(kernel, '../..'), join(built, 'node_modules'), 'junction');
  await run(process.execPath, [join(kernel, 'bin/kernel.js'), 'plugin:build', built], { cwd: built });
  for (const part of ['src', 'node_modules']) rmSync(join(built, part), { recursive: true });
  try {
    renameSync(built, target);
  } catch (error) {
    // Another test file has built it first.
    if (!existsSync(target)) throw error;
    rmSync(built, { recursive: true });
  }
  return target;
}
