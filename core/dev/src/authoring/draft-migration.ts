import { devError } from '../error/dev-codes.ts';
import { keyOf, type Change } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { differenceOf } from '../difference/catalog-difference.ts';
import { explainChange } from '../difference/explain-change.ts';
import { changesSql } from '../difference/changes-sql.ts';
import { slugWords } from '../difference/slug-words.ts';
import type { Catalog, Plugin, PluginSet } from '@headwater/kernel/internal';
import { replayUp } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { aboutChanges } from './about.ts';
import { completeDraft, type Proven } from './complete-draft.ts';
import { byOwner, foreignChanges, ownerFinder, type ForeignChange } from './foreign-changes.ts';
import { closureOf, entitiesOf, openLoader, partOf, type LoadRunning, type Part } from './part.ts';
import { catalogAfter } from './prove.ts';
import { likelyRenames, readRenames } from './renames.ts';
import { nextSlug } from './revision-file.ts';
import { targetCatalog } from './target-catalog.ts';
import { undoSql } from './undo-sql.ts';

/** How a revision is made. */
export interface DraftOptions {
  /** Every active plugin. */
  readonly set: PluginSet;
  readonly plugin: Plugin;
  /** Opens the shadow to try it in, which is closed afterwards. */
  readonly openShadow: () => Promise<Shadow>;
  /** Imports plugins. Default: each from where it is, once. */
  readonly load?: LoadRunning;
  /** What it is called, as words; `null` is what the change says. */
  readonly words: string | null;
  /** Whether `dependsOn` names the heads of what the plugin requires, rather than what the change touches. */
  readonly pinHeads: boolean;
  /** Told what is being done, which can take seconds. */
  readonly onStage: (stage: string) => void;
}

/** What a plugin's entities ask for and its revisions do not make. */
export interface Drafted {
  /** `null` where that is nothing, or nobody asked for a proof. */
  readonly proven: Proven | null;
  readonly slug: string;
  /** Half a line each. */
  readonly changes: readonly string[];
  /** What installed plugins lack; it is left out. */
  readonly installed: readonly ForeignChange[];
  /** Values for `--rename`, of what looks like one and is written as a drop and an add. */
  readonly likelyRenames: readonly string[];
}

/**
 * Makes a revision of what a plugin's entities ask for and the revisions do not yet make, down to single columns of
 * other plugins' tables, and proves it, unless `lookOnly`. Writes nothing. `rename` is what `--rename` says. Throws what
 * plugins, entities and revisions can get wrong, and CHANGES_UNRECORDED, RENAME_INVALID, SHADOW_FAILED and PROOF_FAILED.
 */
export async function draftMigration(
  options: DraftOptions & { readonly rename: string | null; readonly lookOnly: boolean },
): Promise<Drafted> {
  const { set, plugin, pinHeads, onStage, load = openLoader() } = options;
  const closure = partOf(set, closureOf(set, plugin.name));
  onStage('reading entities');
  const [opened, entities] = await openBeside(options.openShadow(), entitiesOf(closure, load));
  await using shadow = opened;
  onStage('comparing entities and revisions');
  const before = await catalogAfter(shadow, closure.revisions);
  const target = await targetCatalog(shadow, entities, before);
  const ownerOf = await ownerFinder(entities.ownership, closure.revisions);
  let others: OthersChanges = { keys: new Set(), installed: [] };
  if (!differenceOf(before, target).every((change) => ownerOf(change) === plugin.name)) {
    others = await changesOfOthers(shadow, closure, plugin, set, load);
    await catalogAfter(shadow, closure.revisions);
  }
  const renames = options.rename === null ? [] : readRenames(options.rename, before, target);
  if (renames.length > 0) await shadow.session.script(changesSql(renames));
  const renamed = renames.length > 0 ? await shadow.catalog() : before;
  // What the plugins that it requires do not ask for, it asks for itself.
  const only = (change: Change): boolean => !others.keys.has(keyOf(change));
  const changes = changesBetween(renamed, target, { only });
  const all = [...renames, ...changes];
  const words = options.words ?? slugWords(all, prefixesOf(set));
  const found = {
    slug: all.length === 0 ? '' : nextSlug(slugsOf(plugin), words),
    changes: all.map(explainChange),
    installed: others.installed,
    likelyRenames: likelyRenames(changes),
  };
  if (all.length === 0 || options.lookOnly) return { ...found, proven: null };

  onStage('trying the revision');
  const id = `${plugin.name}@${found.slug}`;
  const after = await tried(shadow, id, changesSql(changes));
  assertReached(id, differenceOf(after, target).filter(only));
  const [up, down] = [changesSql(all), undoSql(after, renamed, renames)];
  const unproven = { slug: found.slug, up, down, about: aboutChanges(all), before, after };
  return { ...found, proven: await completeDraft(unproven, { set, plugin, closure, shadow, pinHeads, onStage }) };
}

/** Each takes about a second, of which the engine spends a part on other threads. */
async function openBeside<Result>(opening: Promise<Shadow>, work: Promise<Result>): Promise<[Shadow, Result]> {
  const [shadow, result] = await Promise.allSettled([opening, work]);
  if (shadow.status === 'rejected') throw result.status === 'rejected' ? result.reason : shadow.reason;
  if (result.status === 'fulfilled') return [shadow.value, result.value];
  await shadow.value[Symbol.asyncDispose]();
  throw result.reason;
}

/** What tables of plugins begin with. */
function prefixesOf({ plugins }: PluginSet): readonly string[] {
  return plugins.map(({ name }) => name.replaceAll('-', '_'));
}

function slugsOf({ revisions }: Plugin): readonly string[] {
  return revisions.map(({ slug }) => slug);
}

/** What other plugins lack: the keys of those changes, and those of installed packages for a warning. */
interface OthersChanges {
  readonly keys: ReadonlySet<string>;
  readonly installed: readonly ForeignChange[];
}

/**
 * What the plugins that `plugin` requires lack, told by construction: they are compared without it. Refused in this
 * workspace, left out of installed packages.
 */
async function changesOfOthers(
  shadow: Shadow,
  closure: Part,
  plugin: Plugin,
  set: PluginSet,
  load: LoadRunning,
): Promise<OthersChanges> {
  const names = new Set(closure.plugins.map(({ name }) => name).filter((name) => name !== plugin.name));
  if (names.size === 0) return { keys: new Set(), installed: [] };
  const part = partOf(set, names);
  const entities = await entitiesOf(part, load);
  const before = await catalogAfter(shadow, part.revisions);
  const changes = differenceOf(before, await targetCatalog(shadow, entities, before));
  if (changes.length === 0) return { keys: new Set(), installed: [] };
  const ownerOf = await ownerFinder(entities.ownership, part.revisions);
  const owned = byOwner(changes, part.plugins, entities.ownership, ownerOf);
  return { keys: new Set(changes.map(keyOf)), installed: foreignChanges(plugin.name, owned) };
}

/** Runs SQL that is not yet a revision. Gives what is there then. Throws SHADOW_FAILED. */
async function tried(shadow: Shadow, id: string, text: string): Promise<Catalog> {
  if (text !== '') await replayUp(shadow.session, [{ id, up: { kind: 'sql', text }, down: null, file: null }]);
  return shadow.catalog();
}

function assertReached(revision: string, left: readonly Change[]): void {
  if (left.length === 0) return;
  const claim = 'it does not lead to what the entities ask for; what is left';
  throw devError('PROOF_FAILED', { revision, claim, differences: left.map(explainChange) });
}
