import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  downloadPackage,
  manifestPath,
  parseManifest,
  type Manifest,
  type PackageFile,
} from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
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
export async function comparePublished(
  { plugin, revisions }: Manifest,
  { name, directory }: Pick<PackageFile, 'name' | 'directory'>,
  scratch: string,
): Promise<Comparison> {
  const newest = await downloadPackage(`${name}@latest`, directory, join(scratch, 'download'));
  if (newest.state === 'unreachable' || newest.state === 'tampered')
    return { with: 'revisions.lock.json', reason: newest.reason };
  if (newest.state === 'unpublished') return { with: 'registry', version: null };
  const published = await unpack(newest.tarball, join(scratch, 'package'));
  const file = join(published.directory, manifestPath);
  const text = readFileSync(file, 'utf8');
  parseManifest(text, file, plugin);
  // It has just been checked.
  const { version, revisions: before } = JSON.parse(text) as Manifest;
  for (const { id, normal } of before) {
    const now = revisions.find((revision) => revision.id === id);
    if (now?.normal === normal) continue;
    const change = now === undefined ? 'is gone' : 'was changed';
    throw devError('PLUGIN_VERIFY_PUBLISHED', { plugin, package: name, version, revision: id, change });
  }
  return { with: 'registry', version };
}
