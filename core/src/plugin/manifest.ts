import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KernelError } from '../error/kernel-error.ts';
import { systemReason } from '../error/system-reason.ts';
import { isRevisionId, isSlug } from '../graph/revision-id.ts';
import { codeIn } from './code-module.ts';
import { isInside } from './exports-target.ts';
import { isRecord } from './packages.ts';
import { rawHash } from './raw-hash.ts';
import type { Revision, RevisionBody } from './revision.ts';
import type { StaticHalf } from './static-half.ts';

/** The most that a manifest may have, in bytes. */
const sizeLimit = 16 * 1024 * 1024;

/** The format that this kernel writes, and the newest that it reads. */
export const manifestFormat = 1;

/** Where a built plugin's manifest is, in its package's folder. */
export const manifestPath = 'dist/headwater.json';

/** A code body in a manifest: the module, relative to the manifest, that is imported when it runs. */
export interface ManifestCode {
  readonly version: number;
  readonly module: string;
}

/** A revision in a manifest. What is absent is what a revision has by default. */
export interface ManifestRevision {
  readonly id: string;
  readonly revises: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly dependsOnSince?: Readonly<Record<string, string>>;
  readonly up: string | ManifestCode;
  readonly down?: string | ManifestCode;
  readonly transaction?: false;
  readonly check?: string;
  readonly breaking?: true;
  readonly replaces?: readonly string[];
  readonly raw: string;
  readonly normal: string;
  readonly since: string;
}

/** What `kernel plugin:build` writes: all that planning needs of a published plugin. */
export interface Manifest {
  readonly format: number;
  readonly plugin: string;
  /** Of the package, when it was built. */
  readonly version: string;
  /** Of the revisions, see {@link sumOf}. */
  readonly sum: string;
  /** In order of id. */
  readonly revisions: readonly ManifestRevision[];
}

/**
 * Hash over the revisions of a manifest, however it is laid out. Where it fits, they are as they were built, and so each
 * has its own hash right: one look at a boot in place of one a revision. Where it does not, each is looked at.
 */
export function sumOf(revisions: readonly unknown[]): string {
  return `s1:${hash('sha256', JSON.stringify(revisions)).slice(0, 32)}`;
}

/** Reads the revisions of a built plugin; imports none of its code. Throws MANIFEST_MISSING, MANIFEST_INVALID. */
export function readManifest(half: StaticHalf): readonly Revision[] {
  const file = `${half.file.directory}/${manifestPath}`;
  const text = textOf(half, file);
  return parseManifest(text, file, half.name);
}

function textOf({ name, file: { name: packageName, version } }: StaticHalf, file: string): string {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined)
      throw new KernelError('MANIFEST_MISSING', { plugin: name, package: packageName, version, file });
    if (found.size > sizeLimit) throw damaged(file, '', `it has ${found.size} bytes, at most ${sizeLimit} are read`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw damaged(file, '', systemReason(error));
  }
}

/** The revisions in the text of a manifest of `plugin`. Total: throws MANIFEST_INVALID and nothing else. */
export function parseManifest(text: string, file: string, plugin: string): readonly Revision[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(file, '', 'it is not JSON');
  }
  if (!isRecord(json)) throw damaged(file, '', 'it is not an object');
  const { format, revisions } = json;
  if (format !== manifestFormat) {
    const newer = typeof format === 'number' && format > manifestFormat;
    throw damaged(
      file,
      '/format',
      newer ? `a newer kernel wrote it; this one reads ${manifestFormat}` : 'it is no format',
    );
  }
  if (json['plugin'] !== plugin) throw damaged(file, '/plugin', `it is not "${plugin}"`);
  if (!Array.isArray(revisions)) throw damaged(file, '/revisions', 'it is not a list');
  const asBuilt = fits(json['sum'], revisions);
  return Object.freeze(revisions.map((revision: unknown, i) => revisionOf(revision, { file, plugin, i, asBuilt })));
}

function fits(sum: unknown, revisions: readonly unknown[]): boolean {
  try {
    return typeof sum === 'string' && sum === sumOf(revisions);
  } catch {
    // Nested deeper than JSON can be written.
    return false;
  }
}

/** Where in which manifest a value stands. */
interface Place {
  readonly file: string;
  readonly plugin: string;
  readonly i: number;
  /** Whether the manifest's sum fits. */
  readonly asBuilt: boolean;
}

function revisionOf(json: unknown, place: Place): Revision {
  if (!isRecord(json)) throw misfit(place, '', 'an object');
  const { plugin } = place;
  const id = json['id'];
  const slug = typeof id === 'string' ? id.slice(plugin.length + 1) : '';
  if (typeof id !== 'string' || !id.startsWith(`${plugin}@`) || !isSlug(slug)) {
    throw misfit(place, 'id', `the id of a revision of "${plugin}"`);
  }
  const { transaction, check, breaking, since } = json;
  if (transaction !== undefined && transaction !== false) throw misfit(place, 'transaction', 'false');
  if (breaking !== undefined && breaking !== true) throw misfit(place, 'breaking', 'true');
  if (typeof check !== (transaction === false ? 'string' : 'undefined')) {
    throw misfit(place, 'check', 'a query with transaction: false, and else nothing');
  }
  if (typeof since !== 'string') throw misfit(place, 'since', 'a version');
  const raw = json['raw'];
  if (typeof raw !== 'string') throw misfit(place, 'raw', 'a hash');
  const revision: Revision = Object.freeze({
    id,
    plugin,
    slug,
    revises: idsOf(json['revises'], 'revises', place),
    dependsOn: idsOf(json['dependsOn'] ?? none, 'dependsOn', place),
    up: bodyOf(json['up'], 'up', id, place),
    down: json['down'] === undefined ? null : bodyOf(json['down'], 'down', id, place),
    transaction: transaction ?? true,
    check: typeof check === 'string' ? check : null,
    breaking: breaking ?? false,
    replaces: idsOf(json['replaces'] ?? none, 'replaces', place),
    raw,
    since,
    dependsOnSince: versionsOf(json['dependsOnSince'] ?? nothing, place),
    file: place.file,
  });
  // A manifest that was edited by hand would be believed by a ledger that does not have the revision yet.
  if (place.asBuilt || rawHash(revision) === raw) return revision;
  throw misfit(place, 'raw', 'the hash of what is written here; a manifest is made by plugin:build, never by hand');
}

const none: readonly string[] = Object.freeze([]);
const nothing: Readonly<Record<string, string>> = Object.freeze({});

function bodyOf(json: unknown, field: 'up' | 'down', id: string, place: Place): RevisionBody {
  if (typeof json === 'string' && json !== '') return Object.freeze({ kind: 'sql', text: json });
  const { version, module } = isRecord(json) ? json : {};
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw misfit(place, field, 'SQL, or a module with its version');
  }
  if (typeof module !== 'string' || !isInside(module))
    throw misfit(place, `${field}/module`, 'a path beginning with "./"');
  return Object.freeze({ kind: 'code', version, run: codeIn(join(dirname(place.file), module), id, field) });
}

function idsOf(json: unknown, field: string, place: Place): readonly string[] {
  if (Array.isArray(json) && json.length === 0) return none;
  if (Array.isArray(json) && json.every((id: unknown) => typeof id === 'string' && isRevisionId(id))) {
    // Every one is a string, as was just seen.
    return Object.freeze((json as string[]).toSorted());
  }
  throw misfit(place, field, 'a list of revision ids');
}

function versionsOf(json: unknown, place: Place): Readonly<Record<string, string>> {
  if (json === nothing) return nothing;
  if (isRecord(json) && Object.values(json).every((version) => typeof version === 'string')) {
    // Every one is a string, as was just seen.
    return Object.freeze({ ...(json as Record<string, string>) });
  }
  throw misfit(place, 'dependsOnSince', 'versions by revision id');
}

function misfit({ file, i }: Place, field: string, expected: string): KernelError {
  return damaged(file, `/revisions/${i}${field === '' ? '' : `/${field}`}`, `expected ${expected}`);
}

function damaged(file: string, pointer: string, problem: string): KernelError {
  return new KernelError('MANIFEST_INVALID', { file, pointer, problem });
}
