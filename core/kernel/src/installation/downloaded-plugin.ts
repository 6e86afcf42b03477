import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import type { Manifest, PluginDescription } from '../plugin/manifest.ts';
import { manifestPath } from '../plugin/manifest.ts';
import { readManifest } from '../plugin/manifest-reader.ts';
import { openPackages, realFolder, type PackageFile } from '../plugin/packages.ts';
import { readPluginPackage } from '../plugin/plugin-fields.ts';
import { downloadPackage, type Download } from './npm-pack.ts';
import { unpackTarball } from './run-tool.ts';

/** A plugin that was downloaded to be examined. It is not installed, and none of its code has run. */
export interface DownloadedPlugin extends Disposable {
  readonly name: string;
  readonly file: PackageFile;
  /** Its folder, as a config names it: a `./path` in the project. */
  readonly path: string;
  /** `null` if an earlier version of `plugin:build` wrote its manifest. */
  readonly description: PluginDescription | null;
  /** The folder in which it was unpacked, for further files. It is removed with the plugin. */
  readonly scratch: string;
}

/**
 * Downloads the plugin `spec` (a name with a version or range, a tarball, a folder) into `node_modules/.cache` of the
 * project `root`, where it finds the packages that the project has. Throws PACKAGE_NOT_PUBLISHED, PACKAGE_TAMPERED, PACKAGE_MANAGER_FAILED,
 * PLUGIN_FIELD_INVALID and MANIFEST_INVALID.
 */
export async function downloadPlugin(spec: string, root: string, cwd: string): Promise<DownloadedPlugin> {
  const cache = join(realFolder(root) ?? root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'headwater-'));
  const remove = (): void => rmSync(scratch, { recursive: true, force: true });
  try {
    const download = await downloadPackage(spec, cwd, join(scratch, 'download'));
    if (download.state !== 'found') throw refusal(download, spec, cwd);
    const directory = join(scratch, 'package');
    await unpackTarball(download.tarball, directory);
    const plugin = readPluginPackage(openPackages().read(directory));
    readManifest(plugin);
    // Its revisions have just been read.
    const manifest = JSON.parse(readFileSync(join(directory, manifestPath), 'utf8')) as Manifest;
    const path = `./${relative(realFolder(root) ?? root, directory).replaceAll('\\', '/')}`;
    const { name, file } = plugin;
    return { name, file, path, description: manifest.description ?? null, scratch, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function refusal({ state, reason }: Exclude<Download, { state: 'found' }>, spec: string, directory: string): Error {
  if (state === 'unpublished') return kernelError('PACKAGE_NOT_PUBLISHED', { spec, directory, reason });
  if (state === 'tampered') return kernelError('PACKAGE_TAMPERED', { spec, reason });
  return kernelError('PACKAGE_MANAGER_FAILED', { command: `npm pack ${spec}`, directory, reason });
}
