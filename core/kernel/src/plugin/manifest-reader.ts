import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { explainFileError } from '../error/file-error.ts';
import { isEffectsJson } from '../ownership/effects-json.ts';
import { isRevisionId, isSlug } from '../graph/revision-id.ts';
import {
  afterRevisions,
  beforeRevisions,
  manifestFormat,
  manifestPath,
  sumOf,
  sumOfText,
  type ManifestCode,
  type ManifestRevision,
} from './manifest.ts';
import { loadCrypto } from '../runtime/lazy-crypto.ts';
import { keepYoungGeneration } from '../runtime/young-generation.ts';
import { isInside } from './package-exports.ts';
import { isRecord } from './packages.ts';
import type { PluginPackage } from './plugin-fields.ts';
import { lazyRevisionCode } from './revision-code.ts';
import { rawHash } from './revision-hash.ts';
import type { Revision, RevisionBody } from './revision.ts';

/** The maximum size of a manifest, in bytes. */
const sizeLimit = 16 * 1024 * 1024;

/** Reads the revisions of a built plugin; imports none of its code. Throws MANIFEST_MISSING, MANIFEST_INVALID. */
export function readManifest(plugin: PluginPackage): readonly Revision[] {
  const file = `${plugin.file.directory}/${manifestPath}`;
  loadCrypto();
  using _ = keepYoungGeneration();
  return parseManifest(textOf(plugin, file), file, plugin.name);
}

function textOf({ name, file: { name: packageName, version } }: PluginPackage, file: string): string {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined)
      throw kernelError('MANIFEST_MISSING', { plugin: name, package: packageName, version, file });
    if (found.size > sizeLimit) throw damaged(file, '', `it has ${found.size} bytes; the limit is ${sizeLimit}`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw damaged(file, '', explainFileError(error));
  }
}

/** Parses the text of a manifest of `plugin`. Whatever the text, the only error that it throws is MANIFEST_INVALID. */
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
      newer ? `a newer kernel wrote it; this one reads ${manifestFormat}` : 'it is not a format number',
    );
  }
  if (json['plugin'] !== plugin) throw damaged(file, '/plugin', `it is not "${plugin}"`);
  if (!Array.isArray(revisions)) throw damaged(file, '/revisions', 'it is not a list');
  // The checksum covers only the revisions, so they could have been copied from another plugin.
  const asBuilt = fits(json['sum'], text, revisions) && revisions.every((revision) => isOf(plugin, revision));
  if (!asBuilt) revisions.forEach((revision: unknown, i) => assertRevision(revision, { file, plugin, i }));
  // They are either exactly as `plugin:build` wrote them, or have just been checked.
  const checked = (revisions as readonly ManifestRevision[]).map((revision) => revisionOf(revision, file, plugin));
  if (!asBuilt) checked.forEach((revision, i) => assertHash(revision, { file, plugin, i }));
  return Object.freeze(checked);
}

function isOf(plugin: string, revision: unknown): boolean {
  return isRecord(revision) && typeof revision['id'] === 'string' && revision['id'].startsWith(`${plugin}@`);
}

/** Compares the checksum with the text itself first, because `plugin:build` computes it over exactly that part. */
function fits(sum: unknown, text: string, revisions: readonly unknown[]): boolean {
  if (typeof sum !== 'string') return false;
  if (sum === sumOfText(text.slice(text.indexOf(beforeRevisions) + beforeRevisions.length, -afterRevisions.length))) {
    return true;
  }
  try {
    return sum === sumOf(revisions);
  } catch {
    // The JSON is nested too deeply to be serialized.
    return false;
  }
}

function revisionOf(built: ManifestRevision, file: string, plugin: string): Revision {
  const {
    id,
    revises,
    dependsOn,
    up,
    down,
    transaction,
    check,
    breaking,
    replaces,
    raw,
    since,
    dependsOnSince,
    effects,
    keepsSession,
  } = built;
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
    ...(effects !== undefined && { effects }),
    ...(keepsSession !== undefined && { keepsSession }),
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
  return Object.freeze({ kind: 'code', version, run: lazyRevisionCode(join(dirname(file), module), id, field) });
}

/** A revision's position in a manifest, for messages. */
interface Position {
  readonly file: string;
  readonly plugin: string;
  readonly i: number;
}

/** Checks that `json` is a {@link ManifestRevision}. */
function assertRevision(json: unknown, position: Position): void {
  if (!isRecord(json)) throw misfit(position, '', 'an object');
  const { plugin } = position;
  const { id, transaction, check, breaking, since, raw } = json;
  const { dependsOn = none, replaces = none, dependsOnSince = nothing, effects, keepsSession } = json;
  if (typeof id !== 'string' || !id.startsWith(`${plugin}@`) || !isSlug(id.slice(plugin.length + 1))) {
    throw misfit(position, 'id', `the id of a revision of "${plugin}"`);
  }
  if (transaction !== undefined && transaction !== false) throw misfit(position, 'transaction', 'false');
  if (breaking !== undefined && breaking !== true) throw misfit(position, 'breaking', 'true');
  if (typeof check !== (transaction === false ? 'string' : 'undefined')) {
    throw misfit(position, 'check', 'a query if transaction is false, and otherwise nothing');
  }
  if (typeof since !== 'string') throw misfit(position, 'since', 'a version');
  if (typeof raw !== 'string') throw misfit(position, 'raw', 'a hash');
  assertIds(json['revises'], 'revises', position);
  assertIds(dependsOn, 'dependsOn', position);
  assertBody(json['up'], 'up', position);
  if (json['down'] !== undefined) assertBody(json['down'], 'down', position);
  assertIds(replaces, 'replaces', position);
  if (!isRecord(dependsOnSince) || !Object.values(dependsOnSince).every((version) => typeof version === 'string')) {
    throw misfit(position, 'dependsOnSince', 'versions by revision id');
  }
  if (effects !== undefined && (typeof effects !== 'string' || !isEffectsJson(effects))) {
    throw misfit(position, 'effects', 'the JSON of lists of objects');
  }
  if (keepsSession !== undefined && keepsSession !== true) throw misfit(position, 'keepsSession', 'true');
}

function assertIds(json: unknown, field: string, position: Position): void {
  if (Array.isArray(json) && json.every((id: unknown) => typeof id === 'string' && isRevisionId(id))) return;
  throw misfit(position, field, 'a list of revision ids');
}

function assertBody(json: unknown, field: 'up' | 'down', position: Position): void {
  if (typeof json === 'string' && json !== '') return;
  const { version, module } = isRecord(json) ? json : {};
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw misfit(position, field, 'SQL, or a module with its version');
  }
  if (typeof module !== 'string' || !isInside(module)) {
    throw misfit(position, `${field}/module`, 'a path beginning with "./"');
  }
}

/** Detects a manual edit, which would go unnoticed in a database that has not run the revision yet. */
function assertHash(revision: Revision, position: Position): void {
  if (rawHash(revision) === revision.raw) return;
  throw misfit(position, 'raw', 'the hash of this revision; a manifest is written by plugin:build, never by hand');
}

function misfit({ file, i }: Position, field: string, expected: string): KernelError {
  return damaged(file, `/revisions/${i}${field === '' ? '' : `/${field}`}`, `expected ${expected}`);
}

function damaged(file: string, pointer: string, problem: string): KernelError {
  return kernelError('MANIFEST_INVALID', { file, pointer, problem });
}
