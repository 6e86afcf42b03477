import { isKernelError, shortMessage, nearestName, type KernelError } from '@headwater/kernel/internal/errors';
import { openDeadline, sameTokens, type Plugin } from '@headwater/kernel/internal/plugins';
import { speedUpModuleLookup } from '@headwater/kernel/internal/runtime';
import { importSpecifierOf, nextSlug, revisionFolder } from '../authoring/revision-file.ts';
import { revisionSource, type RevisionDraft } from '../authoring/revision-source.ts';
import { devError } from '../error/dev-codes.ts';
import { adoptedRevisions } from './adopted-revisions.ts';
import type { CollectedMigration, MigrationClass, MigrationCollector, RefuseMigration } from './collect-migration.ts';
import { draftFromMigration, type FindDependencies } from './draft-from-migration.ts';
import { importMigration, migrationFiles, migrationTimeout, type MigrationFile } from './migration-files.ts';
import { migrationSlugWords } from './migration-slug-words.ts';

/** A migration and its revision. */
export interface AdoptedMigration extends Pick<MigrationFile, 'name' | 'file' | 'rowNames'> {
  /** `new`: to be written; `there`: already on the branch; `empty`: the migration has no SQL; `later`: after `to`. */
  readonly state: 'new' | 'there' | 'empty' | 'later';
  /** The id of the revision; `null` without one. */
  readonly id: string | null;
}

/** A revision to write, with the name and the text of its file. */
export interface NewRevision {
  readonly slug: string;
  readonly text: string;
  readonly draft: RevisionDraft;
}

/** A plan for adopting a folder of migrations. Nothing is written yet. */
export interface Adoption {
  /** The folder of the plugin's revisions. */
  readonly folder: string;
  /** In the order in which they run. */
  readonly migrations: readonly AdoptedMigration[];
  readonly revisions: readonly NewRevision[];
}

/** The migrations to adopt. */
export interface AdoptionOptions {
  readonly plugin: Plugin;
  /** The folder of the migrations. */
  readonly from: string;
  /** The last migration to adopt. Default: all. */
  readonly to?: string | undefined;
  /** Finds the revisions of other plugins that SQL depends on. Default: none. */
  readonly findDependencies?: FindDependencies;
}

/**
 * Reads a folder of MikroORM migrations and drafts a revision for each migration that the plugin does not have yet. The
 * new revisions come after the plugin's head. Throws PLUGIN_NOT_FROM_SOURCES, ADOPTION_FOLDER_INVALID,
 * ADOPTION_TARGET_UNKNOWN, MIGRATION_FILE_INVALID, MIGRATION_NOT_ADOPTABLE, ADOPTION_HISTORY_DIFFERS,
 * REVISION_TEXT_UNWRITABLE.
 */
export async function planAdoption({ plugin, from, to, findDependencies }: AdoptionOptions): Promise<Adoption> {
  const folder = revisionFolder(plugin);
  const files = migrationFiles(from);
  const limit = to === undefined ? files.length : indexOfMigration(files, to, from) + 1;
  speedUpModuleLookup();
  const { openMigrationCollector } = await import('./collect-migration.ts');
  const collector = openMigrationCollector();

  const known = adoptedRevisions(plugin);
  const taken = new Set(known.values());
  const slugs = plugin.revisions.map(({ slug }) => slug);
  const importFrom = importSpecifierOf(plugin);
  let head = headOf(plugin);
  const migrations: AdoptedMigration[] = [];
  const revisions: NewRevision[] = [];
  for (const [i, file] of files.entries()) {
    const { name } = file;
    const id = known.get(name);
    if (id !== undefined || i >= limit) {
      const rowNames = [...file.rowNames, ...(await namesIfReadable(file, collector))];
      migrations.push({ ...file, rowNames, state: id === undefined ? 'later' : 'there', id: id ?? null });
      continue;
    }
    const before = files[i - 1]?.name ?? null;
    const refuse: RefuseMigration = (problem, cause) =>
      devError('MIGRATION_NOT_ADOPTABLE', { file: file.file, migration: name, before, problem }, { cause });
    const MigrationOf = await migrationClass(file);
    const collected = await collect(collector, MigrationOf, refuse);
    const names = collector.namesOf(MigrationOf, refuse);
    const adopted = { ...file, rowNames: [...new Set([...file.rowNames, ...names])] };
    if (collected.up.length === 0) {
      migrations.push({ ...adopted, state: 'empty', id: null });
      continue;
    }
    const slug = nextSlug(slugs, migrationSlugWords([file.stem, ...names]));
    const origin = { id: `${plugin.name}@${slug}`, revises: head, migration: name, importFrom };
    const draft = await draftFromMigration(collected, origin, {
      refuse,
      ...(findDependencies && { findDependencies }),
    });
    const same = await sameRevision(plugin, draft, taken);
    if (same !== null) {
      taken.add(same);
      migrations.push({ ...adopted, state: 'there', id: same });
      continue;
    }
    slugs.push(slug);
    head = draft.id;
    revisions.push({ slug, draft, text: revisionSource(draft) });
    migrations.push({ ...adopted, state: 'new', id: draft.id });
  }
  assertInOrder(migrations);
  return { folder, migrations, revisions };
}

function indexOfMigration(files: readonly MigrationFile[], wanted: string, folder: string): number {
  const at = files.findIndex(({ name, rowNames }) => name === wanted || rowNames.includes(wanted));
  if (at >= 0) return at;
  const close = nearestName(
    wanted,
    files.map(({ name }) => name),
  );
  throw devError('ADOPTION_TARGET_UNKNOWN', { migration: wanted, folder, nearest: close });
}

/** Returns the revision that no other revises; `null` on an empty branch. */
function headOf({ revisions }: Plugin): string | null {
  const revised = new Set(revisions.flatMap(({ revises }) => revises));
  return revisions.find(({ id }) => !revised.has(id))?.id ?? null;
}

/** Imports the one migration class that a file exports. Throws MIGRATION_FILE_INVALID. */
async function migrationClass(file: MigrationFile): Promise<MigrationClass> {
  const { migrationClassesIn } = await import('./collect-migration.ts');
  const classes = migrationClassesIn(await importMigration(file));
  const [only, ...others] = classes;
  if (only !== undefined && others.length === 0) return only;
  const problem =
    only === undefined
      ? 'it exports no class that extends Migration'
      : `it exports several migration classes: ${classes.map(({ name }) => name).join(', ')}`;
  throw devError('MIGRATION_FILE_INVALID', { file: file.file, problem });
}

/** Returns the class names of a migration that this run does not adopt; none if it cannot be imported. */
async function namesIfReadable(file: MigrationFile, collector: MigrationCollector): Promise<readonly string[]> {
  const unreadable = (problem: string): KernelError => devError('MIGRATION_FILE_INVALID', { file: file.file, problem });
  try {
    return collector.namesOf(await migrationClass(file), unreadable);
  } catch {
    return [];
  }
}

async function collect(
  collector: MigrationCollector,
  MigrationOf: MigrationClass,
  refuse: RefuseMigration,
): Promise<CollectedMigration> {
  const deadline = openDeadline(migrationTimeout);
  try {
    return await Promise.race([collector.collect(MigrationOf, refuse), deadline.passed]);
  } catch (error) {
    throw isKernelError(error) ? error : refuse(shortMessage(error), error);
  } finally {
    deadline.close();
  }
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
