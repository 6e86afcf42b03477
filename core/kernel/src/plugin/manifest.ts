import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { systemReason } from '../error/system-reason.ts';
import { isRevisionId, isSlug } from '../graph/revision-id.ts';
import { codeIn } from './code-module.ts';
import { isInside } from './exports-target.ts';
import { isRecord } from './packages.ts';
import { rawHash } from './raw-hash.ts';
import type { Revision, RevisionBody } from './revision.ts';
import type { StaticHalf } from './plugin-fields.ts';

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
  return sumOfText(JSON.stringify(revisions));
}

function sumOfText(text: string): string {
  return `s1:${hash('sha256', text).slice(0, 32)}`;
}

const beforeRevisions = '"revisions": ';
const afterRevisions = '\n}\n';

/** A manifest as it is written: its sum is over a part of this very text, which a boot need not put together again. */
export function manifestText({ revisions, ...rest }: Manifest): string {
  const head = JSON.stringify(rest, null, 2).slice(0, -'\n}'.length);
  return `${head},\n  ${beforeRevisions}${JSON.stringify(revisions)}${afterRevisions}`;
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
      throw kernelError('MANIFEST_MISSING', { plugin: name, package: packageName, version, file });
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
  // The sum is of the revisions alone: they might be another plugin's.
  const asBuilt = fits(json['sum'], text, revisions) && revisions.every((revision) => isOf(plugin, revision));
  if (!asBuilt) revisions.forEach((revision: unknown, i) => assertRevision(revision, { file, plugin, i }));
  // They are as `plugin:build` wrote them, or have just been checked.
  const checked = (revisions as readonly ManifestRevision[]).map((revision) => revisionOf(revision, file, plugin));
  if (!asBuilt) checked.forEach((revision, i) => assertHash(revision, { file, plugin, i }));
  return Object.freeze(checked);
}

function isOf(plugin: string, revision: unknown): boolean {
  return isRecord(revision) && typeof revision['id'] === 'string' && revision['id'].startsWith(`${plugin}@`);
}

/** Looks at the text first, which as it was built is what the sum is over. */
function fits(sum: unknown, text: string, revisions: readonly unknown[]): boolean {
  if (typeof sum !== 'string') return false;
  if (sum === sumOfText(text.slice(text.indexOf(beforeRevisions) + beforeRevisions.length, -afterRevisions.length))) {
    return true;
  }
  try {
    return sum === sumOf(revisions);
  } catch {
    // Nested deeper than JSON can be written.
    return false;
  }
}

function revisionOf(built: ManifestRevision, file: string, plugin: string): Revision {
  const { id, revises, dependsOn, up, down, transaction, check, breaking, replaces, raw, since, dependsOnSince } =
    built;
  return Object.freeze({
    id,
    plugin,
    slug: id.slice(plugin.length + 1),
    revises: idsOf(revises),
    dependsOn: idsOf(dependsOn),
    up: bodyOf(up, 'up', id, file),
    down: down === undefined ? null : bodyOf(down, 'down', id, file),
    transaction: transaction ?? true,
    check: check ?? null,
    breaking: breaking ?? false,
    replaces: idsOf(replaces),
    raw,
    since,
    dependsOnSince: dependsOnSince ?? nothing,
    file,
  });
}

const none: readonly string[] = Object.freeze([]);
const nothing: Readonly<Record<string, string>> = Object.freeze({});

function idsOf(ids: readonly string[] = none): readonly string[] {
  if (ids.length === 0) return none;
  return Object.freeze(ids.length === 1 ? ids : ids.toSorted());
}

function bodyOf(body: string | ManifestCode, field: 'up' | 'down', id: string, file: string): RevisionBody {
  if (typeof body === 'string') return Object.freeze({ kind: 'sql', text: body });
  const { version, module } = body;
  return Object.freeze({ kind: 'code', version, run: codeIn(join(dirname(file), module), id, field) });
}

/** Where in which manifest a value stands. */
interface Place {
  readonly file: string;
  readonly plugin: string;
  readonly i: number;
}

/** Whether `json` is a {@link ManifestRevision}. */
function assertRevision(json: unknown, place: Place): void {
  if (!isRecord(json)) throw misfit(place, '', 'an object');
  const { plugin } = place;
  const { id, transaction, check, breaking, since, raw } = json;
  const { dependsOn = none, replaces = none, dependsOnSince = nothing } = json;
  if (typeof id !== 'string' || !id.startsWith(`${plugin}@`) || !isSlug(id.slice(plugin.length + 1))) {
    throw misfit(place, 'id', `the id of a revision of "${plugin}"`);
  }
  if (transaction !== undefined && transaction !== false) throw misfit(place, 'transaction', 'false');
  if (breaking !== undefined && breaking !== true) throw misfit(place, 'breaking', 'true');
  if (typeof check !== (transaction === false ? 'string' : 'undefined')) {
    throw misfit(place, 'check', 'a query with transaction: false, and else nothing');
  }
  if (typeof since !== 'string') throw misfit(place, 'since', 'a version');
  if (typeof raw !== 'string') throw misfit(place, 'raw', 'a hash');
  assertIds(json['revises'], 'revises', place);
  assertIds(dependsOn, 'dependsOn', place);
  assertBody(json['up'], 'up', place);
  if (json['down'] !== undefined) assertBody(json['down'], 'down', place);
  assertIds(replaces, 'replaces', place);
  if (!isRecord(dependsOnSince) || !Object.values(dependsOnSince).every((version) => typeof version === 'string')) {
    throw misfit(place, 'dependsOnSince', 'versions by revision id');
  }
}

function assertIds(json: unknown, field: string, place: Place): void {
  if (Array.isArray(json) && json.every((id: unknown) => typeof id === 'string' && isRevisionId(id))) return;
  throw misfit(place, field, 'a list of revision ids');
}

function assertBody(json: unknown, field: 'up' | 'down', place: Place): void {
  if (typeof json === 'string' && json !== '') return;
  const { version, module } = isRecord(json) ? json : {};
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw misfit(place, field, 'SQL, or a module with its version');
  }
  if (typeof module !== 'string' || !isInside(module)) {
    throw misfit(place, `${field}/module`, 'a path beginning with "./"');
  }
}

/** A manifest that was edited by hand would be believed by a ledger that does not have the revision yet. */
function assertHash(revision: Revision, place: Place): void {
  if (rawHash(revision) === revision.raw) return;
  throw misfit(place, 'raw', 'the hash of what is written here; a manifest is made by plugin:build, never by hand');
}

function misfit({ file, i }: Place, field: string, expected: string): KernelError {
  return damaged(file, `/revisions/${i}${field === '' ? '' : `/${field}`}`, `expected ${expected}`);
}

function damaged(file: string, pointer: string, problem: string): KernelError {
  return kernelError('MANIFEST_INVALID', { file, pointer, problem });
}
