import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { explainFileError } from '@headwater/kernel/internal/errors';
import { assertOneHead, assertSquashes, revisionGraph } from '@headwater/kernel/internal/graph';
import type { TextProof } from './prove-build.ts';
import {
  assertDependenciesRequired,
  formerNames,
  loadRevisionFiles,
  lockPath,
  lockText,
  manifestFormat,
  manifestPath,
  manifestText,
  normalHash,
  openPackages,
  pluginPeers,
  readLock,
  readPluginFields,
  realFolder,
  sinceOf,
  sumOf,
  withCurrentNames,
  type LockedRevision,
  type Manifest,
  type ManifestCode,
  type ManifestRevision,
  type PluginDescription,
  type PluginFields,
  type Revision,
  type RevisionBody,
  type RevisionsLock,
} from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { assertNoConflict } from '../lint/transaction-check.ts';
import { renamedLock } from './renamed-lock.ts';

/** The outcome of a build or, with `check`, the outcome that a build would have. */
export interface PluginBuild {
  readonly manifest: Manifest;
  readonly lock: RevisionsLock;
  /** The ids of the revisions that are new in the lock, sorted. */
  readonly added: readonly string[];
  /** The files that were written or, with `check`, would be written. */
  readonly changed: readonly string[];
}

/**
 * Builds the plugin in `directory` from its sources: its manifest `dist/headwater.json`, and its lock
 * `revisions.lock.json`, in which a new revision gets the package's version. A file is written only if its content
 * changes, and never with `check`. `proofs` holds those of proven revisions, and
 * `declared` the record of a lock that has none; `description` becomes part of the manifest. The same sources produce the same bytes. Throws PLUGIN_BUILD_CHANGED,
 * PLUGIN_BUILD_INCOMPLETE, PLUGIN_BUILD_UNWRITABLE, TRANSACTION_CONFLICT, and the errors of package.json, revisions,
 * their branch and the lock.
 */
export async function buildPlugin(
  directory: string,
  {
    check = false,
    proofs = new Map(),
    declared,
    description,
  }: {
    readonly check?: boolean;
    readonly proofs?: ReadonlyMap<string, TextProof>;
    readonly declared?: RevisionsLock['declared'];
    readonly description?: PluginDescription;
  } = {},
): Promise<PluginBuild> {
  const packages = openPackages();
  const plugin = readPluginFields(packages.read(realFolder(directory) ?? directory));
  const folder = plugin.file.directory;
  const revisions = (await loadRevisionFiles(plugin)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  assertSquashes(revisions);
  assertOneHead(revisionGraph(revisions.map(({ id, revises, replaces, file }) => ({ id, revises, replaces, file }))));
  const peers = pluginPeers(plugin.file, packages);
  const names = new Map(peers.map((peer) => [peer.plugin, peer.package]));
  const former = formerNames(peers.map((peer) => ({ name: peer.plugin, formerly: peer.formerly })));
  assertDependenciesRequired({ requires: peers, revisions: withCurrentNames(revisions, former) }, names);
  for (const revision of revisions) await assertNoConflict(revision);

  const recorded = readLock(folder);
  const before = { ...recorded, revisions: await renamedLock(recorded.revisions, plugin, revisions) };
  const lock = {
    declared: declared ?? before.declared,
    revisions: await lockOf(revisions, before, plugin.file.version),
  };
  assertUnchanged(plugin, before, lock, revisions);
  const dependsOnSince = sinceOf(peers);
  const built = revisions.map((revision) => manifestRevision(revision, plugin, lock, dependsOnSince, proofs));
  const manifest: Manifest = {
    format: manifestFormat,
    plugin: plugin.name,
    version: plugin.file.version,
    ...(description !== undefined && { description }),
    sum: sumOf(built),
    revisions: built,
  };
  if (!check) for (const revision of revisions) assertModuleExists(revision, plugin);
  const files: readonly (readonly [file: string, text: string])[] = [
    [lockPath(folder), lockText(lock)],
    [join(folder, manifestPath), manifestText(manifest)],
  ];
  const changed = files.flatMap(([file, text]) => (updateFile(file, text, check) ? [file] : []));
  return {
    manifest,
    lock,
    added: Object.keys(lock.revisions).filter((id) => !Object.hasOwn(before.revisions, id)),
    changed,
  };
}

async function lockOf(
  revisions: readonly Revision[],
  before: RevisionsLock,
  version: string,
): Promise<RevisionsLock['revisions']> {
  const lock: Record<string, LockedRevision> = {};
  for (const revision of revisions) {
    lock[revision.id] = { since: before.revisions[revision.id]?.since ?? version, normal: await normalHash(revision) };
  }
  return lock;
}

/**
 * Checks that no published revision has changed, since databases may have run it. What a squash replaces may be deleted,
 * but not before a version with both was built: databases inside the range need that version.
 */
function assertUnchanged(
  { name, file }: PluginFields,
  before: RevisionsLock,
  now: RevisionsLock,
  revisions: readonly Revision[],
): void {
  const published = revisions.filter(({ id }) => Object.hasOwn(before.revisions, id));
  const replaced = new Set(published.flatMap(({ replaces }) => replaces));
  for (const [revision, { since, normal }] of Object.entries(before.revisions)) {
    const kept = now.revisions[revision]?.normal;
    if (kept === normal || (kept === undefined && replaced.has(revision))) continue;
    const what = kept === undefined ? 'gone' : 'changed';
    throw devError('PLUGIN_BUILD_CHANGED', {
      plugin: name,
      revision,
      since,
      lock: lockPath(file.directory),
      what,
    });
  }
}

function manifestRevision(
  revision: Revision,
  plugin: PluginFields,
  lock: RevisionsLock,
  sinceOfDependency: (id: string) => string | null,
  proofs: ReadonlyMap<string, TextProof>,
): ManifestRevision {
  const proof = proofs.get(revision.id);
  const { id, revises, dependsOn, up, down, transaction, check, breaking, replaces, raw } = revision;
  const since = dependsOn.flatMap((one): [string, string][] => {
    const version = sinceOfDependency(one);
    return version === null ? [] : [[one, version]];
  });
  return {
    id,
    revises,
    ...(dependsOn.length > 0 && { dependsOn }),
    ...(since.length > 0 && { dependsOnSince: Object.fromEntries(since) }),
    up: bodyOf(up, revision, plugin),
    ...(down !== null && { down: bodyOf(down, revision, plugin) }),
    ...(!transaction && { transaction }),
    ...(check !== null && { check }),
    ...(breaking && { breaking }),
    ...(replaces.length > 0 && { replaces }),
    raw,
    normal: lock.revisions[id]?.normal ?? '',
    since: lock.revisions[id]?.since ?? plugin.file.version,
    ...(proof !== undefined && { effects: proof.effects }),
    ...(proof?.keepsSession === true && { keepsSession: true as const }),
  };
}

function bodyOf(body: RevisionBody, revision: Revision, plugin: PluginFields): string | ManifestCode {
  return body.kind === 'sql' ? body.text : { version: body.version, module: moduleOf(revision, plugin) };
}

/**
 * Returns the path, relative to `dist`, of the module that the compiler emits for a revision file: `src/…/x.ts`
 * becomes `./…/x.js`.
 */
function moduleOf({ file }: Revision, plugin: PluginFields): string {
  const [first = '', ...rest] = relative(plugin.file.directory, file).split(sep);
  const path = (first === 'src' ? rest : [first, ...rest]).join('/');
  return `./${path.replace(/\.(m?)ts$/, '.$1js')}`;
}

/** Checks that the module of a code revision exists. Otherwise its absence would only surface on a user's database. */
function assertModuleExists(revision: Revision, plugin: PluginFields): void {
  if (revision.up.kind === 'sql' && revision.down?.kind !== 'code') return;
  const module = join(plugin.file.directory, dirname(manifestPath), moduleOf(revision, plugin));
  if (existsSync(module)) return;
  throw devError('PLUGIN_BUILD_INCOMPLETE', { plugin: plugin.name, revision: revision.id, module });
}

/** Writes a file if its content differs, unless `check` is set. Returns whether it differs. */
function updateFile(file: string, text: string, check: boolean): boolean {
  try {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
    if (check) return true;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return true;
  } catch (error) {
    throw devError('PLUGIN_BUILD_UNWRITABLE', { file, reason: explainFileError(error) }, { cause: error });
  }
}
