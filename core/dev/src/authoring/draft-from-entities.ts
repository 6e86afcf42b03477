import type { Catalog } from '@headwater/kernel/internal/catalog';
import { isolatedScript, serverErrorOf, serverRemarks } from '@headwater/kernel/internal/database';
import type { KernelError } from '@headwater/kernel/internal/errors';
import type { PluginSet } from '@headwater/kernel/internal/plugins';
import { objectKey } from '@headwater/kernel/internal/sql';
import { differenceOf } from '../difference/catalog-difference.ts';
import { changedObject, changeKey, type Change, type ChangeOf } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { changesSql } from '../difference/changes-sql.ts';
import { constraintRenames } from '../difference/constraint-renames.ts';
import { explainChange } from '../difference/explain-change.ts';
import { slugWords } from '../difference/slug-words.ts';
import { devError, isDevError } from '../error/dev-codes.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { changesByOwner, type PluginChanges } from './change-owners.ts';
import { compareEntities, recordInLock, recordWithRevision, type RecordOf } from './compare-entities.ts';
import { recordLookup } from './declared-record.ts';
import { downSql } from './down-sql.ts';
import type { Draft, DraftContext } from './draft.ts';
import { expectedCatalog } from './expected-catalog.ts';
import { entitiesOf, openPluginLoader, type LoadPlugin } from './load-entities.ts';
import { closureOf, subsetOf, type PluginSubset } from './plugin-subset.ts';
import { proveDraft } from './prove-draft.ts';
import { likelyRenames, readRenames, renamedNames } from './renames.ts';
import { nextRevisionId, slugOf } from './revision-file.ts';
import { schemaAfter } from './schema-proof.ts';
import { statementAt } from './statement-at.ts';
import { summarizeChanges } from './summarize-changes.ts';
import { readDrops, undeclaredObjects } from './undeclared-objects.ts';
import { unplannedChanges } from './unplanned-changes.ts';

/** Options for drafting a revision from entities. */
export interface EntityDraftOptions {
  /** The name of the revision, as words; `null` to derive it from the changes. */
  readonly words: string | null;
  /** The value of `--rename`. */
  readonly rename: string | null;
  /** The values of `--drop`. Default: none. */
  readonly drops?: readonly string[];
  /** Whether to return only the changes, without a proven revision. */
  readonly changesOnly: boolean;
  /** Imports plugins. Default: from their packages, each once. */
  readonly load?: LoadPlugin;
  /** Returns the records of declared objects. Default: those in the lock files. */
  readonly recordOf?: RecordOf;
}

/**
 * Drafts and proves a revision that brings the database to the schema that the plugin's entities declare, including
 * single columns on other plugins' tables. Keeps what no entity ever declared, except for `drops`. Throws
 * CHANGES_UNRECORDED, RENAME_INVALID, DROP_INVALID, DIFFERENCE_NOT_MADE, SHADOW_FAILED, PROOF_FAILED, and the errors of
 * plugins, entities and revisions.
 */
export async function draftFromEntities(context: DraftContext, options: EntityDraftOptions): Promise<Draft> {
  const { set, plugin, onStage } = context;
  const { load = openPluginLoader(), recordOf = recordInLock, rename, drops = [] } = options;
  const required = subsetOf(set, closureOf(set, plugin.name));
  onStage('reading entities');
  const [opened, entities] = await openBeside(context.openShadow(), entitiesOf(required, load));
  await using shadow = opened;

  onStage('comparing entities and revisions');
  const replaced = new Set([...renamedNames(rename), ...drops]);
  const comparison = await compareEntities(shadow, required, entities, recordOf, replaced);
  const { before, declared, ownerOf } = comparison;
  const unchanged = differenceOf(before, comparison.expected);
  const isAllOwn = unchanged.every((change) => ownerOf(changedObject(change)) === plugin.name);
  const foreign = isAllOwn ? noForeignChanges : await foreignChanges(shadow, required, context, load, recordOf);
  if (!isAllOwn) await schemaAfter(shadow, required.revisions);

  const dropped = new Set(readDrops(drops, plugin.name, comparison).map(objectKey));
  const isOwn = (change: Change): boolean => !foreign.keys.has(changeKey(change));
  const { renames, renamed } = await makeRenames(shadow, rename, [before, declared], isOwn);
  const target = expectedCatalog(renamed, declared, {
    isRecorded: recordLookup(comparison.recorded, renames),
    isDropped: recordLookup(dropped, renames),
  });
  const changes = changesBetween(renamed, target, { only: isOwn });
  const all = [...renames, ...changes];
  const undeclared = undeclaredObjects(target, declared).filter((object) => ownerOf(object) === plugin.name);
  const record = recordOf(plugin);
  const result = {
    changes: all.map(explainChange),
    installed: foreign.installed,
    likelyRenames: likelyRenames(changes),
    undeclared,
    record: { before: record, after: recordWithRevision(comparison, plugin.name, record) },
    hasEntities: entities.ownership.objects.some(({ owner }) => owner === plugin.name),
  };
  const none = { revision: null, review: null, unread: [] } as const;
  if (all.length === 0) return { ...none, ...result };
  const id = nextRevisionId(plugin, options.words ?? slugWords(all, tablePrefixes(set)));
  if (options.changesOnly) return { ...none, ...result };

  onStage('running the revision');
  const after = await schemaAfterChanges(shadow, id, changes);
  assertNothingElse(id, unplannedChanges(changes, differenceOf(renamed, after)));
  assertReached(id, differenceOf(after, target).filter(isOwn));
  const sql = { id, up: changesSql(all), down: downSql(after, renamed, renames), about: summarizeChanges(all) };
  try {
    return { ...(await proveDraft(sql, { ...context, required, shadow, before, after })), ...result };
  } catch (error) {
    if (!isDevError(error, 'SHADOW_FAILED') || error.details.revision !== id) throw error;
    throw notMade(id, changes, error.details, error);
  }
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
  recordOf: RecordOf,
): Promise<ForeignChanges> {
  const names = new Set(plugins.map(({ name }) => name).filter((name) => name !== plugin.name));
  if (names.size === 0) return noForeignChanges;
  const others = subsetOf(set, names);
  const entities = await entitiesOf(others, load);
  const { before, expected, ownerOf } = await compareEntities(shadow, others, entities, recordOf);
  const changes = differenceOf(before, expected);
  if (changes.length === 0) return noForeignChanges;
  const installed = changesByOwner(changes, others.plugins, ownerOf);
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

/** A schema after its renames. */
interface RenamedSchema {
  readonly renames: readonly ChangeOf<'rename'>[];
  readonly renamed: Catalog;
}

/**
 * Renames the tables and columns that `--rename` names, and then the constraints and indexes that the entities declare
 * under other names. Throws RENAME_INVALID.
 */
export async function makeRenames(
  shadow: Pick<Shadow, 'session' | 'catalog'>,
  rename: string | null,
  [before, declared]: readonly [Catalog, Catalog],
  isOwn: (change: Change) => boolean = () => true,
): Promise<RenamedSchema> {
  const run = async (schema: Catalog, renames: readonly ChangeOf<'rename'>[]): Promise<Catalog> => {
    if (renames.length === 0) return schema;
    await shadow.session.script(changesSql(renames));
    return shadow.catalog();
  };
  const named = rename === null ? [] : readRenames(rename, before, declared);
  const schema = await run(before, named);
  const parts = constraintRenames(schema, declared).filter(isOwn);
  return { renames: [...named, ...parts], renamed: await run(schema, parts) };
}

/** Makes changes that are not a revision yet and returns the resulting schema. Throws DIFFERENCE_NOT_MADE. */
async function schemaAfterChanges(shadow: Shadow, id: string, changes: readonly Change[]): Promise<Catalog> {
  const text = changesSql(changes);
  try {
    if (text !== '') await shadow.session.script(isolatedScript(shadow.session, text));
  } catch (error) {
    const server = serverErrorOf(error);
    if (server === null) throw error;
    const position = server.internalQuery === text ? (server.internalPosition ?? 0) : 0;
    const statement = position === 0 ? null : statementAt(text, position);
    const { message: reason, code: sqlState } = server;
    throw notMade(id, changes, { direction: 'up', reason, sqlState, detail: serverRemarks(server), statement }, error);
  }
  return shadow.catalog();
}

/** Explains that the server refuses the SQL of changes. The revision is not written, so nobody can correct its file. */
function notMade(
  id: string,
  changes: readonly Change[],
  { direction, reason, sqlState, detail, statement }: Refusal,
  cause: unknown,
): KernelError {
  const plugin = id.split('@')[0] ?? '';
  const words = slugOf(id).replace(/^\d+_/, '');
  const details = {
    plugin,
    direction,
    reason,
    sqlState,
    detail,
    statement,
    changes: changes.map(explainChange),
    words,
  };
  return devError('DIFFERENCE_NOT_MADE', details, { cause });
}

/** The answer of the server to SQL that it refuses. */
interface Refusal {
  readonly direction: 'up' | 'down';
  readonly reason: string;
  readonly sqlState: string | null;
  readonly detail: string | null;
  readonly statement: string | null;
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
