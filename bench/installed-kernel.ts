import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The workspace. */
export const repository = join(import.meta.dirname, '..');

/** Runs npm, as whoever started this did where that was npm. What it prints is given, what it complains of is shown. */
export function npm(args: readonly string[], cwd = repository): string {
  const cli = process.env['npm_execpath'];
  const [command, first] = cli === undefined ? ['npm', []] : [process.execPath, [cli]];
  const done = spawnSync(command, [...first, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.status === 0) return done.stdout;
  throw new Error(`npm ${args.join(' ')} failed in ${cwd}\n${done.stdout}`, { cause: done.error });
}

/**
 * Builds `@headwater/kernel` and puts into `directory/node_modules` what a published one would have: the files that npm
 * packs, in a folder of their own, beside links to the dependencies that are installed here. So nothing comes from the
 * network. Gives that folder.
 */
export function installKernel(directory: string): string {
  npm(['run', 'build', '--workspace', 'core']);
  // npm documents this form of the answer: https://docs.npmjs.com/cli/commands/npm-pack
  const packed = JSON.parse(
    npm(['pack', '--dry-run', '--json', '--ignore-scripts', '--workspace', 'core']),
  ) as readonly {
    readonly files: readonly { readonly path: string }[];
  }[];
  const target = join(directory, 'node_modules', '@headwater', 'core');
  mkdirSync(target, { recursive: true });
  for (const { path } of packed.flatMap(({ files }) => files)) {
    cpSync(join(repository, 'core', path), join(target, path), { recursive: true });
  }
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    if (name.startsWith('.') || name === '@headwater') continue;
    symlinkSync(join(repository, 'node_modules', name), join(directory, 'node_modules', name), 'junction');
  }
  return target;
}

/** The `kernel` command of an installed kernel: a script for Node. */
export function commandOf(kernel: string): string {
  return join(kernel, 'bin', 'kernel.js');
}
