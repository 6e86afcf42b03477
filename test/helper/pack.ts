import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { removeSourceCondition } from '../../core/dev/src/build/source-condition.ts';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '../..');

/** The folders of all packages that npm publishes. */
export const publishedFolders = [
  'core/kernel',
  'core/dev',
  'core/create-headwater',
  'plugins/core',
  'plugins/likes',
  'plugins/comments',
  'plugins/messages',
  'plugins/http',
  'plugins/site',
  'plugins/accounts',
  'plugins/moderation',
  'plugins/studio',
] as const;

/** A tarball of a package. */
export interface Tarball {
  readonly name: string;
  readonly file: string;
}

/**
 * Copies every file that npm may pack from the built published packages to `staging`. Packing the workspace itself
 * would briefly change its package.json files while other tests use them.
 */
export function stagePackages(staging: string): readonly string[] {
  mkdirSync(staging, { recursive: true });
  symlinkSync(join(workspace, 'node_modules'), join(staging, 'node_modules'), 'junction');
  return publishedFolders.map((folder) => {
    const source = join(workspace, folder);
    if (!existsSync(join(source, 'dist'))) throw new Error(`${folder} is not built: npm run build`);
    for (const part of ['package.json', 'README.md', 'LICENSE', 'assets', 'bin', 'dist', 'schemas', 'templates']) {
      if (existsSync(join(source, part))) cpSync(join(source, part), join(staging, folder, part), { recursive: true });
    }
    return join(staging, folder);
  });
}

/** Copies what the release script needs, beside the built packages, to a new folder, and returns it. */
export function stageRelease(folder: string): string {
  stagePackages(folder);
  for (const part of ['.changeset', '.ci', '.npmrc', 'package.json', 'package-lock.json'])
    cpSync(join(workspace, part), join(folder, part), { recursive: true });
  return folder;
}

/** Packs without the `prepack` scripts, which would start a process for each package. `test/full` runs the scripts. */
export async function packInto(folder: string): Promise<readonly Tarball[]> {
  const staged = stagePackages(join(folder, 'staging'));
  for (const one of staged) removeSourceCondition(one);
  return npmPack(staged, folder, ['--ignore-scripts']);
}

/** Runs `npm pack` for packages on disk. */
export async function npmPack(
  folders: readonly string[],
  target: string,
  options: readonly string[] = [],
): Promise<readonly Tarball[]> {
  const args = ['pack', '--json', '--silent', '--pack-destination', target, ...options, ...folders];
  const { stdout } = await run('npm', args, { cwd: target });
  const packed = Object.values(JSON.parse(stdout) as Record<string, { name: string; filename: string }>);
  return packed.map(({ name, filename }) => ({ name, file: join(target, filename) }));
}

/** Unpacks a tarball into `folder`. */
export async function unpack(tarball: Tarball, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await run('tar', ['xf', tarball.file, '-C', folder, '--strip-components=1']);
}
