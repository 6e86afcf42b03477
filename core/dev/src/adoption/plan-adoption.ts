import { nearestName } from '@headwater/kernel/internal/errors';
import { sameTokens, type Plugin } from '@headwater/kernel/internal/plugins';
import { speedUpModuleLookup } from '@headwater/kernel/internal/runtime';
import { importSpecifierOf, nextSlug, revisionFolder } from '../authoring/revision-file.ts';
import { revisionSource, type RevisionDraft } from '../authoring/revision-source.ts';
import { devError } from '../error/dev-codes.ts';
import { adoptedRevisions, wasMigration } from './adopted-revisions.ts';
import { draftFromMigration, type FindDependencies } from './draft-from-migration.ts';
import type { CollectedMigration, HistorySource, RefuseMigration, SourceMigration } from './history-source.ts';
import { migrationSlugWords } from './migration-slug-words.ts';
import { readHistory } from './read-history.ts';
import type { StatementRun, StatementSplitter } from './split-statements.ts';

/** A migration and its revisions. */
export interface AdoptedMigration extends Pick<SourceMigration, 'name' | 'file' | 'rowNames'> {
  /** `new`: to be written; `there`: already on the branch; `empty`: the migration has no SQL; `later`: after `to`. */
  readonly state: 'new' | 'there' | 'empty' | 'later';
  /** The ids of its revisions. There are several only if the history is split among plugins. */
  readonly ids: readonly string[];
}

/** A revision to write, with the folder, the name and the text of its file. */
export interface NewRevision {
  readonly folder: string;
  readonly slug: string;
  readonly text: string;
  readonly draft: RevisionDraft;
}

/** A plan for adopting a history. Nothing is written yet. */
export interface Adoption {
  /** The tool: `MikroORM`. */
  readonly title: string;
  /** In the order in which they run. */
  readonly migrations: readonly AdoptedMigration[];
  readonly revisions: readonly NewRevision[];
}

/** The history to adopt. */
export interface AdoptionOptions {
  /** The plugins that get the revisions. There are several only with `splitter`. */
  readonly plugins: readonly [Plugin, ...Plugin[]];
  readonly source: HistorySource;
  /** The folder of the migrations. */
  readonly from: string;
  /** The last migration to adopt. Default: all. */
  readonly to?: string | undefined;
  /** Finds the revisions of other plugins that SQL depends on. Default: none. */
  readonly findDependencies?: FindDependencies;
  /** Called with each draft, which later ones may depend on. */
  readonly onDraft?: (draft: RevisionDraft) => Promise<void>;
  /** Splits each migration among the plugins. Default: the first plugin gets everything. */
  readonly splitter?: StatementSplitter;
}

/** A branch to which revisions are added. */
interface GrowingBranch {
  readonly plugin: Plugin;
  readonly folder: string;
  readonly importFrom: string;
  readonly slugs: string[];
  head: string | null;
}

/**
 * Reads the history of another tool and drafts a revision for each migration that the plugins do not have yet. The new
 * revisions come after the heads. Throws PLUGIN_NOT_FROM_SOURCES, ADOPTION_FOLDER_INVALID, ADOPTION_TARGET_UNKNOWN,
 * MIGRATION_FILE_INVALID, MIGRATION_NOT_ADOPTABLE, ADOPTION_HISTORY_DIFFERS, REVISION_TEXT_UNWRITABLE.
 */
export async function planAdoption(options: AdoptionOptions): Promise<Adoption> {
  const { plugins, source, from, to } = options;
  const branches = new Map(plugins.map((plugin) => [plugin.name, growingBranch(plugin)]));
  speedUpModuleLookup();
  const found = await readHistory(source, from);
  const limit = to === undefined ? found.length : indexOfMigration(found, to, from) + 1;
  const known = revisionsByMigration(plugins, source.title);
  const taken = new Set(known.values().toArray().flat());
  const migrations: AdoptedMigration[] = [];
  const revisions: NewRevision[] = [];
  for (const [i, migration] of found.entries()) {
    const { name, file } = migration;
    const adopted = async (state: AdoptedMigration['state'], ids: readonly string[]): Promise<AdoptedMigration> => {
      const rowNames = [...new Set([...migration.rowNames, ...(await namesInCode(migration))])];
      return { name, file, rowNames, state, ids };
    };
    const ids = known.get(name);
    if (ids !== undefined || i >= limit) {
      migrations.push(await adopted(ids === undefined ? 'later' : 'there', ids ?? []));
      continue;
    }
    const before = found[i - 1]?.name ?? null;
    const refuse: RefuseMigration = (problem, cause) =>
      devError('MIGRATION_NOT_ADOPTABLE', { file, migration: name, tool: source.title, before, problem }, { cause });
    const collected = await migration.collect(refuse);
    const words = migrationSlugWords([migration.words, ...(await namesInCode(migration))]);
    const drafted: string[] = [];
    let state: AdoptedMigration['state'] = 'empty';
    for (const { plugin, ...part } of await partsOf(collected, options, refuse)) {
      const branch = branches.get(plugin) ?? growingBranch(plugins[0]);
      const slug = nextSlug(branch.slugs, words);
      const { head: revises, importFrom } = branch;
      const origin = { id: `${plugin}@${slug}`, revises, importFrom, about: wasMigration(source.title, name) };
      const draft = await draftFromMigration(part, origin, { ...options, refuse });
      const same = await sameRevision(branch.plugin, draft, taken);
      drafted.push(same ?? draft.id);
      if (same !== null) {
        if (state === 'empty') state = 'there';
        taken.add(same);
        continue;
      }
      state = 'new';
      branch.slugs.push(slug);
      branch.head = draft.id;
      await options.onDraft?.(draft);
      revisions.push({ folder: branch.folder, slug, draft, text: revisionSource(draft) });
    }
    migrations.push(await adopted(state, drafted));
  }
  assertInOrder(migrations);
  return { title: source.title, migrations, revisions };
}

function growingBranch(plugin: Plugin): GrowingBranch {
  const slugs = plugin.revisions.map(({ slug }) => slug);
  return {
    plugin,
    folder: revisionFolder(plugin),
    importFrom: importSpecifierOf(plugin),
    slugs,
    head: headOf(plugin),
  };
}

function revisionsByMigration(plugins: readonly Plugin[], title: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const plugin of plugins) {
    for (const [name, ids] of adoptedRevisions(plugin, title)) found.set(name, [...(found.get(name) ?? []), ...ids]);
  }
  return found;
}

function indexOfMigration(found: readonly SourceMigration[], wanted: string, folder: string): number {
  const at = found.findIndex(({ name, rowNames }) => name === wanted || rowNames.includes(wanted));
  if (at >= 0) return at;
  const close = nearestName(
    wanted,
    found.map(({ name }) => name),
  );
  throw devError('ADOPTION_TARGET_UNKNOWN', { migration: wanted, folder, nearest: close });
}

/** Returns the revision that no other revises; `null` on an empty branch. */
function headOf({ revisions }: Plugin): string | null {
  const revised = new Set(revisions.flatMap(({ revises }) => revises));
  return revisions.find(({ id }) => !revised.has(id))?.id ?? null;
}

/** Returns the names that only the code of a migration tells; none if it cannot be imported. */
async function namesInCode({ namesInCode: find }: SourceMigration): Promise<readonly string[]> {
  try {
    return (await find?.()) ?? [];
  } catch {
    // Collecting its SQL reports the problem. A migration that this run does not adopt need not be readable.
    return [];
  }
}

/** The part of a migration that one plugin gets. */
type MigrationPart = CollectedMigration & { readonly plugin: string };

/** Returns the parts of a migration, in order; none if it has no SQL. */
async function partsOf(
  collected: CollectedMigration,
  { plugins: [first], splitter }: AdoptionOptions,
  refuse: RefuseMigration,
): Promise<readonly MigrationPart[]> {
  if (collected.up.length === 0) return [];
  if (splitter === undefined) return [{ ...collected, plugin: first.name }];
  const ups = await splitter.split(collected.up, refuse);
  const downs = collected.down === null ? [] : await splitter.split(collected.down, refuse);
  const only = (runs: readonly StatementRun[], plugin: string): StatementRun | null => {
    const [one, ...others] = runs.filter((run) => run.plugin === plugin);
    return others.length === 0 ? (one ?? null) : null;
  };
  return ups.map(({ plugin, statements }) => {
    // Statements in several runs revert in an order that a single `down` would not keep.
    const down = only(ups, plugin) === null ? null : only(downs, plugin);
    return { ...collected, plugin, up: statements, down: down?.statements ?? null };
  });
}

/** Returns the revision with the same SQL. It was adopted earlier, but its comment has been lost. */
async function sameRevision(
  { revisions }: Plugin,
  draft: RevisionDraft,
  taken: ReadonlySet<string>,
): Promise<string | null> {
  for (const { id, up } of revisions) {
    if (!taken.has(id) && up.kind === 'sql' && (await sameTokens(up.text, draft.up))) return id;
  }
  return null;
}

/** Checks that no new migration comes before an adopted one, since new revisions go after the head. */
function assertInOrder(migrations: readonly AdoptedMigration[]): void {
  const last = migrations.findLastIndex(({ state }) => state === 'there');
  const early = migrations.slice(0, Math.max(last, 0)).filter(({ state }) => state === 'new' || state === 'later');
  if (early.length === 0) return;
  throw devError('ADOPTION_HISTORY_DIFFERS', {
    table: null,
    database: null,
    problem: `"${migrations[last]?.name ?? ''}" is already adopted, but the migrations before it are not`,
    migrations: early.map(({ name }) => name),
  });
}
