import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JsonObject } from '@headwater/kernel/internal/config';
import { kernelError } from '@headwater/kernel/internal/errors';
import {
  kernelName,
  openPackages,
  peersOf,
  pluginPeers,
  reasonIn,
  runTool,
  type PackageFile,
  type Peer,
} from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { testConfig } from '../testing/test-config.ts';
import { combinationsOf, combinationText, type Combination } from './combinations.ts';

/** A packed plugin that is tried with other versions of its peers. */
export interface MatrixOptions {
  readonly plugin: string;
  /** Its package where it is developed. */
  readonly source: PackageFile;
  readonly tarball: string;
  /** Its options, as in config.json. */
  readonly options: JsonObject;
  readonly onStage: (stage: string) => void;
}

/**
 * Installs a packed plugin from the registry of its project, in an application for each combination of versions and optional
 * plugins, and starts it on an embedded database. Only the kernel and plugins vary; MikroORM stays at the installed version,
 * since its packages must have the same one. Returns the combinations. Throws PLUGIN_VERIFY_COMBINATION, and
 * PACKAGE_MANAGER_FAILED if the registry does not tell its versions.
 */
export async function tryCombinations(matrix: MatrixOptions): Promise<readonly Combination[]> {
  const { source, onStage } = matrix;
  const plugins = new Set(pluginPeers(source, openPackages()).map((peer) => peer.package));
  const peers = peersOf(source).filter((peer) => peer.package === kernelName || plugins.has(peer.package));
  const versions = new Map<string, readonly string[]>();
  for (const peer of peers) versions.set(peer.package, await publishedVersions(peer, source.directory));
  const combinations = combinationsOf(peers, versions);
  for (const combination of combinations) {
    onStage(`trying ${combinationText(combination)}`);
    await tryCombination(combination, matrix);
  }
  return combinations;
}

async function publishedVersions({ package: name, range }: Peer, directory: string): Promise<readonly string[]> {
  const args = ['view', `${name}@${range}`, 'version', '--json'];
  const { ok, output } = await runTool('npm', args, directory);
  const found: unknown = ok ? JSON.parse(output) : null;
  // npm prints one version as a text.
  const versions = [found].flat().filter((version) => typeof version === 'string');
  if (versions.length > 0) return versions;
  const command = `npm view '${name}@${range}' version`;
  throw kernelError('PACKAGE_MANAGER_FAILED', {
    command,
    directory,
    reason: ok ? 'no such version' : reasonIn(output),
  });
}

async function tryCombination(combination: Combination, matrix: MatrixOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-matrix-'));
  try {
    const problem = (await install(folder, combination, matrix)) ?? (await start(folder, combination, matrix));
    if (problem === null) return;
    throw devError('PLUGIN_VERIFY_COMBINATION', {
      plugin: matrix.plugin,
      combination: combinationText(combination),
      problem,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Installs the packages. Returns why npm cannot; `null` if it can. */
async function install(
  folder: string,
  { peers, optional }: Combination,
  { source, tarball }: MatrixOptions,
): Promise<string | null> {
  const packages = openPackages();
  const required = peersOf(source).flatMap((peer) => (peer.optional ? [] : [peer.package]));
  const active = new Set([...required, ...optional]);
  const found = packages.find('@mikro-orm/core', source.directory);
  const mikroOrm = found === null ? 'latest' : packages.read(found).version;
  const dependencies = {
    ...Object.fromEntries(Object.entries(peers).filter(([name]) => active.has(name))),
    [source.name]: `file:${tarball}`,
    '@mikro-orm/core': mikroOrm,
    '@mikro-orm/postgresql': mikroOrm,
    // Brings the embedded database that fits the kernel.
    '@headwater/dev': peers[kernelName] ?? 'latest',
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  const settings = join(source.directory, '.npmrc');
  if (existsSync(settings)) copyFileSync(settings, join(folder, '.npmrc'));
  const { ok, output } = await runTool('npm', ['install', '--no-audit', '--no-fund'], folder);
  return ok ? null : `npm cannot install them: ${reasonIn(output)}`;
}

/** Starts the application. Returns why it does not start; `null` if it does. */
async function start(folder: string, { optional }: Combination, matrix: MatrixOptions): Promise<string | null> {
  const { plugin, source, options } = matrix;
  const { plugins } = testConfig({
    plugins: [source.name, ...optional],
    config: { [plugin]: options },
    database: 'pglite://',
    folder,
  });
  const entries = Array.from(
    plugins,
    ([name, entry]) => [name, { $package: entry.package, ...entry.options }] as const,
  );
  const core = plugins.get('core')?.package;
  const config = {
    database: 'pglite://',
    ...(typeof core === 'string' && { core }),
    plugins: Object.fromEntries(entries.filter(([name]) => name !== 'core')),
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const bin = join(folder, 'node_modules', kernelName, 'bin/kernel.js');
  try {
    await promisify(execFile)(process.execPath, [bin, 'start', '--once', '--json'], {
      cwd: folder,
      maxBuffer: 2 ** 26,
    });
    return null;
  } catch (error) {
    // execFile adds the output to its errors. With --json it is a document with the error.
    const { stdout = '', message } = error as { readonly stdout?: string; readonly message: string };
    return /"message": "((?:[^"\\]|\\.)*)"/.exec(stdout)?.[1] ?? message;
  }
}
