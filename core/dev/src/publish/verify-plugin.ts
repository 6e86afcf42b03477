import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { databaseTarget, type JsonObject } from '@headwater/kernel/internal/config';
import { openPackages, packFolder, realFolder } from '@headwater/kernel/internal/plugins';
import { pluginsOf, proveBuild } from '../build/prove-build.ts';
import { assertFiles } from './check-files.ts';
import { assertManifest, type ProofOptions } from './check-manifest.ts';
import { assertPackage } from './check-package.ts';
import { assertPeers } from './check-peers.ts';
import { comparePublished, type Comparison } from './check-published.ts';
import type { Combination } from './combinations.ts';
import { tryCombinations } from './try-combinations.ts';
import { tryPlugin, type TrialStep } from './try-plugin.ts';
import { assertSameFiles, unpack } from './unpacked-package.ts';

/** Options of {@link verifyPlugin}. */
export interface VerifyPluginOptions extends ProofOptions {
  /** A tarball that must have the same files as the one that npm packs now. Default: none is compared. */
  readonly tarball?: string | undefined;
  /** The plugin's options in the trial application. Default: none. */
  readonly options?: JsonObject;
  /** Whether it is also tried with other versions of its peers, which npm installs. Default: false. */
  readonly matrix?: boolean;
}

/** A plugin that may be published. */
export interface PluginVerification {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  /** The ids of its revisions, all of which are proven. */
  readonly revisions: readonly string[];
  /** The files that npm packs, sorted. */
  readonly files: readonly string[];
  readonly compared: Comparison;
  /** What was tried in an empty application. */
  readonly tried: readonly TrialStep[];
  /** The versions and optional plugins with which it was started. Empty without `matrix`. */
  readonly combinations: readonly Combination[];
}

/**
 * Checks everything that somebody who installs the plugin in `directory` relies on. Packs it with npm, and writes only to
 * a folder in `node_modules/.cache`, which it removes. Throws PLUGIN_VERIFY_MANIFEST, PLUGIN_VERIFY_TARBALL,
 * PLUGIN_VERIFY_FILE_MISSING, PLUGIN_VERIFY_PEER, PLUGIN_VERIFY_PACKAGE, PLUGIN_VERIFY_PUBLISHED, PLUGIN_VERIFY_TRIAL,
 * PLUGIN_VERIFY_COMBINATION, and the errors of a build.
 */
export async function verifyPlugin(
  directory: string,
  { shadow, onStage, tarball, options = {}, matrix = false }: VerifyPluginOptions,
): Promise<PluginVerification> {
  const packages = openPackages();
  const source = packages.read(realFolder(directory) ?? directory);
  const manifest = await assertManifest(source.directory, { shadow, onStage });
  const { plugin, version } = manifest;
  // Below the package, so that its files find the packages that are installed beside its sources.
  const cache = join(source.directory, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'headwater-verify-'));
  try {
    onStage('packing');
    const packedNow = await packFolder(source.directory, join(scratch, 'packed'));
    const content = await unpack(tarball ?? packedNow, join(scratch, 'node_modules', source.name));
    if (tarball !== undefined) assertSameFiles(content, await unpack(packedNow, join(scratch, 'expected')));
    const packed = openPackages().read(content.directory);
    assertFiles(plugin, packed, manifest, content);
    await assertPeers({ plugin, source, packed, content, manifest }, packages);
    onStage('checking the package');
    await assertPackage(plugin, content);
    onStage('comparing with the registry');
    const compared = await comparePublished(manifest, source, join(scratch, 'published'));
    await proveBuild(source.directory, { shadow, added: manifest.revisions.map(({ id }) => id), onStage });
    const { plugin: loaded, config } = await pluginsOf(source.directory);
    const layers = [{ file: '--shadow', json: { database: shadow } }];
    const database = shadow === null ? config.database : databaseTarget(shadow, '--shadow', layers);
    const tried = await tryPlugin({ plugin: loaded, root: scratch, config: { ...config, database }, options, onStage });
    const found = { plugin, source, tarball: content.tarball, options, onStage };
    const combinations = matrix ? await tryCombinations(found) : [];
    const revisions = manifest.revisions.map(({ id }) => id);
    return { plugin, package: source.name, version, revisions, files: content.files, compared, tried, combinations };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
