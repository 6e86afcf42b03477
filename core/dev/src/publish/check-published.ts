import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  downloadPackage,
  manifestPath,
  manifestText,
  parseManifest,
  readPluginFields,
  type Manifest,
  type PackageFile,
} from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { renamedLock } from '../build/renamed-lock.ts';
import { unpack } from './unpacked-package.ts';

/** What the revisions of a plugin were compared with. */
export type Comparison =
  /** The newest version on the registry; `null` if the registry has none. */
  | { readonly with: 'registry'; readonly version: string | null }
  /** revisions.lock.json, since the registry did not answer. */
  | { readonly with: 'revisions.lock.json'; readonly reason: string };

/**
 * Checks that the revisions of the newest published version are unchanged. If the registry does not answer, the record in
 * revisions.lock.json counts, with which the manifest has been compared before. `scratch` is a new folder. Throws
 * PLUGIN_VERIFY_PUBLISHED.
 */
export async function comparePublished(manifest: Manifest, source: PackageFile, scratch: string): Promise<Comparison> {
  const { plugin } = manifest;
  const { name, directory } = source;
  const newest = await downloadPackage(`${name}@latest`, directory, join(scratch, 'download'));
  if (newest.state === 'unreachable' || newest.state === 'tampered')
    return { with: 'revisions.lock.json', reason: newest.reason };
  if (newest.state === 'unpublished') return { with: 'registry', version: null };
  const published = await unpack(newest.tarball, join(scratch, 'package'));
  const file = join(published.directory, manifestPath);
  const text = readFileSync(file, 'utf8');
  const { formerly } = readPluginFields(source);
  // The next line checks it.
  const { plugin: publishedName, version, revisions: before } = JSON.parse(text) as Manifest;
  parseManifest(text, file, formerly.includes(publishedName) ? publishedName : plugin);
  const recorded = Object.fromEntries(before.map(({ id, since, normal }) => [id, { since, normal }]));
  const revisions = parseManifest(manifestText(manifest), join(directory, manifestPath), plugin);
  for (const [id, { normal }] of Object.entries(await renamedLock(recorded, { name: plugin, formerly }, revisions))) {
    const now = manifest.revisions.find((revision) => revision.id === id);
    if (now?.normal === normal) continue;
    const change = now === undefined ? 'is gone' : 'was changed';
    throw devError('PLUGIN_VERIFY_PUBLISHED', { plugin, package: name, version, revision: id, change });
  }
  return { with: 'registry', version };
}
