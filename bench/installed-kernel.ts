import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the workspace. */
export const repository = join(import.meta.dirname, '..');

/** Runs npm, preferably the one that runs this program. Returns its standard output and shows its errors. */
export function npm(args: readonly string[], cwd = repository): string {
  const cli = process.env['npm_execpath'];
  const [command, first] = cli === undefined ? ['npm', []] : [process.execPath, [cli]];
  const done = spawnSync(command, [...first, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.status === 0) return done.stdout;
  throw new Error(`npm ${args.join(' ')} failed in ${cwd}\n${done.stdout}`, { cause: done.error });
}

/**
 * Builds `@headwater/kernel` and `@headwater/dev` and puts the files that npm packs into `directory/node_modules`,
 * beside links to the dependencies that are installed here. Nothing is downloaded. Returns the folder of the kernel.
 */
export function installKernel(directory: string): string {
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    if (name.startsWith('.') || name === '@headwater') continue;
    mkdirSync(join(directory, 'node_modules'), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), join(directory, 'node_modules', name), 'junction');
  }
  installPackage(directory, 'core/dev', 'dev');
  return installPackage(directory, 'core/kernel', 'kernel');
}

/** Builds the workspace in `folder` and installs what npm packs as `@headwater/<name>`. Returns its folder. */
export function installPackage(directory: string, folder: string, name: string): string {
  npm(['run', 'build', '--workspace', folder]);
  const answer = npm(['pack', '--dry-run', '--json', '--ignore-scripts', '--workspace', folder]);
  // The output format: https://docs.npmjs.com/cli/commands/npm-pack
  const packed = JSON.parse(answer) as PackedPackages;
  const target = join(directory, 'node_modules', '@headwater', name);
  for (const { files } of Object.values(packed)) {
    for (const { path } of files) cpSync(join(repository, folder, path), join(target, path), { recursive: true });
  }
  return target;
}

/** An array, or an object keyed by package, depending on the npm version. */
type PackedPackages = Readonly<Record<string, { readonly files: readonly { readonly path: string }[] }>>;

/** Returns the path of an installed kernel's `kernel` command. */
export function commandOf(kernel: string): string {
  return join(kernel, 'bin', 'kernel.js');
}
