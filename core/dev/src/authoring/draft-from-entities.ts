import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { PluginSet } from '@headwater/kernel/internal/plugins';
import { differenceOf } from '../difference/catalog-difference.ts';
import { changeKey, type Change } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { changesSql } from '../difference/changes-sql.ts';
import { explainChange } from '../difference/explain-change.ts';
import { slugWords } from '../difference/slug-words.ts';
import { devError } from '../error/dev-codes.ts';
import { replayText } from '../shadow/replay.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { changesByOwner, ownerFinder, type PluginChanges } from './change-owners.ts';
import { downSql } from './down-sql.ts';
import type { Draft, DraftContext } from './draft.ts';
import { entityCatalog } from './entity-catalog.ts';
import { entitiesOf, openPluginLoader, type LoadPlugin } from './load-entities.ts';
import { closureOf, subsetOf, type PluginSubset } from './plugin-subset.ts';
import { proveDraft } from './prove-draft.ts';
import { likelyRenames, readRenames } from './renames.ts';
import { nextRevisionId } from './revision-file.ts';
import { schemaAfter } from './schema-proof.ts';
import { summarizeChanges } from './summarize-changes.ts';
import { unplannedChanges } from './unplanned-changes.ts';

/** Options for drafting a revision from entities. */
export interface EntityDraftOptions {
  /** The name of the revision, as words; `null` to derive it from the changes. */
  readonly words: string | null;
  /** The value of `--rename`. */
  readonly rename: string | null;
  /** Whether to return only the changes, without a proven revision. */
  readonly changesOnly: boolean;
  /** Imports plugins. Default: from their packages, each once. */
  readonly load?: LoadPlugin;
}

/**
 * Drafts and proves a revision that brings the database to the schema that the plugin's entities declare, including
 * single columns on other plugins' tables. Throws CHANGES_UNRECORDED, RENAME_INVALID, SHADOW_FAILED, PROOF_FAILED, and
 * the errors of plugins, entities and revisions.
 */
export async function draftFromEntities(context: DraftContext, options: EntityDraftOptions): Promise<Draft> {
  const { set, plugin, onStage } = context;
  const { load = openPluginLoader() } = options;
  const required = subsetOf(set, closureOf(set, plugin.name));
  onStage('reading entities');
  const [opened, entities] = await openBeside(context.openShadow(), entitiesOf(required, load));
  await using shadow = opened;

  onStage('comparing entities and revisions');
  const before = await schemaAfter(shadow, required.revisions);
  const target = await entityCatalog(shadow, entities, before);
  const ownerOf = await ownerFinder(entities.ownership, required.revisions);
  const isAllOwn = differenceOf(before, target).every((change) => ownerOf(change) === plugin.name);
  const foreign = isAllOwn ? noForeignChanges : await foreignChanges(shadow, required, context, load);
  if (!isAllOwn) await schemaAfter(shadow, required.revisions);

  const renames = options.rename === null ? [] : readRenames(options.rename, before, target);
  if (renames.length > 0) await shadow.session.script(changesSql(renames));
  const renamed = renames.length > 0 ? await shadow.catalog() : before;
  const isOwn = (change: Change): boolean => !foreign.keys.has(changeKey(change));
  const changes = changesBetween(renamed, target, { only: isOwn });
  const all = [...renames, ...changes];
  const result = {
    changes: all.map(explainChange),
    installed: foreign.installed,
    likelyRenames: likelyRenames(changes),
  };
  const none = { revision: null, review: null, unread: [] } as const;
  if (all.length === 0) return { ...none, ...result };
  const id = nextRevisionId(plugin, options.words ?? slugWords(all, tablePrefixes(set)));
  if (options.changesOnly) return { ...none, ...result };

  onStage('running the revision');
  const after = await schemaAfterSql(shadow, id, changesSql(changes));
  assertReached(id, differenceOf(after, target).filter(isOwn));
  assertNothingElse(id, unplannedChanges(changes, differenceOf(renamed, after, { undefine: true })));
  const sql = { id, up: changesSql(all), down: downSql(after, renamed, renames), about: summarizeChanges(all) };
  return { ...(await proveDraft(sql, { ...context, required, shadow, before, after })), ...result };
}

/**
 * Opens the shadow in parallel with other work. Both take about a second, and the engine does part of its work on other
 * threads.
 */
async function openBeside<Result>(opening: Promise<Shadow>, work: Promise<Result>): Promise<[Shadow, Result]> {
  const [shadow, result] = await Promise.allSettled([opening, work]);
  if (shadow.status === 'rejected') throw result.status === 'rejected' ? result.reason : shadow.reason;
  if (result.status === 'fulfilled') return [shadow.value, result.value];
  await shadow.value[Symbol.asyncDispose]();
  throw result.reason;
}

/** The changes in required plugins that have no revision. */
interface ForeignChanges {
  /** The keys of all these changes. */
  readonly keys: ReadonlySet<string>;
  /** The changes in installed plugins, for a warning. */
  readonly installed: readonly PluginChanges[];
}

const noForeignChanges: ForeignChanges = { keys: new Set(), installed: [] };

/**
 * Finds changes in required plugins that no revision makes, by comparing the entities and revisions of these plugins
 * without `plugin`. Throws CHANGES_UNRECORDED for a plugin of this workspace, which needs its own revision first.
 * Changes in an installed package are left to its author and omitted from the draft.
 */
async function foreignChanges(
  shadow: Shadow,
  { plugins }: PluginSubset,
  { set, plugin }: DraftContext,
  load: LoadPlugin,
): Promise<ForeignChanges> {
  const names = new Set(plugins.map(({ name }) => name).filter((name) => name !== plugin.name));
  if (names.size === 0) return noForeignChanges;
  const others = subsetOf(set, names);
  const entities = await entitiesOf(others, load);
  const before = await schemaAfter(shadow, others.revisions);
  const changes = differenceOf(before, await entityCatalog(shadow, entities, before));
  if (changes.length === 0) return noForeignChanges;
  const ownerOf = await ownerFinder(entities.ownership, others.revisions);
  const installed = changesByOwner(changes, others.plugins, entities.ownership, ownerOf);
  const ours = installed.find((one) => one.plugin.from === 'sources');
  if (ours !== undefined) {
    const details = { plugin: plugin.name, other: ours.plugin.name, changes: ours.changes.map(explainChange) };
    throw devError('CHANGES_UNRECORDED', details);
  }
  return { keys: new Set(changes.map(changeKey)), installed };
}

/** Returns the table prefixes of plugins, which the names of revisions omit. */
function tablePrefixes({ plugins }: PluginSet): readonly string[] {
  return plugins.map(({ name }) => name.replaceAll('-', '_'));
}

/** Runs SQL that is not a revision yet and returns the resulting schema. Throws SHADOW_FAILED. */
async function schemaAfterSql(shadow: Shadow, id: string, text: string): Promise<Catalog> {
  if (text !== '') await replayText(shadow, id, text);
  return shadow.catalog();
}

function assertReached(revision: string, left: readonly Change[]): void {
  if (left.length === 0) return;
  const claim = 'it does not produce the schema that the entities declare';
  throw devError('PROOF_FAILED', { revision, claim, differences: left.map(explainChange) });
}

function assertNothingElse(revision: string, unplanned: readonly Change[]): void {
  if (unplanned.length === 0) return;
  const claim = 'it also changes objects that the changes to the entities are not about';
  throw devError('PROOF_FAILED', { revision, claim, differences: unplanned.map(explainChange) });
}
