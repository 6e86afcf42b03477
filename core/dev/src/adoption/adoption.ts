import { devError } from '../error/dev-codes.ts';
import { isKernelError, firstLine, lookUpQuickly, nearest, openDeadline, sameTokens, type Plugin, type KernelError } from '@headwater/kernel/internal';
import type {
  CollectedMigration,
  MigrationClass,
  MigrationCollector,
  RefuseMigration,
} from './mikro-migrations.ts';
import { adoptedRevisions } from './adopted-revisions.ts';
import { draftOf, type DependenciesOf } from './adoption-draft.ts';
import { importMigration, migrationFiles, migrationLimit, type MigrationFile } from '../authoring/migration-files.ts';
import { migrationWords } from '../authoring/migration-words.ts';
import { importFromOf, nextSlug, revisionFolder } from '../authoring/revision-file.ts';
import { revisionSource, type RevisionDraft } from '../authoring/revision-source.ts';

/** A migration and the revision that it is, or is to be. */
export interface AdoptedMigration {
  /** As MikroORM calls it. */
  readonly name: string;
  readonly file: string;
  /** What its row in the table of migrations may be called. */
  readonly rowNames: readonly string[];
  /** `new`: to be written; `there`: already on the branch; `empty`: it does nothing; `later`: after `to`. */
  readonly state: 'new' | 'there' | 'empty' | 'later';
  /** The revision's id; `null` where it is none. */
  readonly id: string | null;
}

/** A revision that is to be written. */
export interface NewRevision {
  readonly slug: string;
  readonly draft: RevisionDraft;
  /** Of the file. */
  readonly text: string;
}

/** What adopting a folder of migrations comes to. Nothing is written yet. */
export interface Adoption {
  /** Where the revisions go. */
  readonly folder: string;
  /** In the order of the migrations. */
  readonly migrations: readonly AdoptedMigration[];
  readonly revisions: readonly NewRevision[];
}

/** What to adopt. */
export interface AdoptionWork {
  readonly plugin: Plugin;
  /** The folder of the migrations. */
  readonly from: string;
  /** The last one to adopt. Default: all. */
  readonly to?: string | undefined;
  /** Finds the revisions of other branches that SQL needs. Default: none. */
  readonly inferDependencies?: DependenciesOf;
}

/**
 * Reads a folder of MikroORM migrations and makes a revision of each that the plugin does not have yet, after its head.
 * Throws PLUGIN_NOT_FROM_SOURCES, ADOPTION_FOLDER_INVALID, ADOPTION_TARGET_UNKNOWN, MIGRATION_FILE_INVALID,
 * MIGRATION_NOT_ADOPTABLE, ADOPTION_HISTORY_DIFFERS, REVISION_TEXT_UNWRITABLE.
 */
export async function planAdoption(work: AdoptionWork): Promise<Adoption> {
  const { plugin, from, to, inferDependencies } = work;
  const folder = revisionFolder(plugin);
  const files = migrationFiles(from);
  const limit = to === undefined ? files.length : indexOf(files, to, from) + 1;
  lookUpQuickly();
  const { openCollector } = await import('./mikro-migrations.ts');
  const collector = openCollector();

  const known = adoptedRevisions(plugin);
  const taken = new Set(known.values());
  const slugs = plugin.revisions.map(({ slug }) => slug);
  const importFrom = importFromOf(plugin);
  let head = headOf(plugin);
  const migrations: AdoptedMigration[] = [];
  const revisions: NewRevision[] = [];
  for (const [i, file] of files.entries()) {
    const { name } = file;
    const id = known.get(name);
    if (id !== undefined || i >= limit) {
      const rowNames = [...file.rowNames, ...(await namesIfAny(file, collector))];
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
    const slug = nextSlug(slugs, migrationWords([file.stem, ...names]));
    const facts = { id: `${plugin.name}@${slug}`, revises: head, migration: name, importFrom };
    const draft = await draftOf(collected, facts, { refuse, ...(inferDependencies && { inferDependencies }) });
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

function indexOf(files: readonly MigrationFile[], wanted: string, folder: string): number {
  const at = files.findIndex(({ name, rowNames }) => name === wanted || rowNames.includes(wanted));
  if (at >= 0) return at;
  const close = nearest(
    wanted,
    files.map(({ name }) => name),
  );
  throw devError('ADOPTION_TARGET_UNKNOWN', { migration: wanted, folder, nearest: close });
}

/** The one that no other revises; `null` on a branch that has none yet. */
function headOf({ revisions }: Plugin): string | null {
  const revised = new Set(revisions.flatMap(({ revises }) => revises));
  return revisions.find(({ id }) => !revised.has(id))?.id ?? null;
}

/** The one class of migrations that a file exports. */
async function migrationClass(file: MigrationFile): Promise<MigrationClass> {
  const { migrationClassesIn } = await import('./mikro-migrations.ts');
  const classes = migrationClassesIn(await importMigration(file));
  const [only, ...others] = classes;
  if (only !== undefined && others.length === 0) return only;
  const problem =
    only === undefined
      ? 'it exports no class that extends Migration'
      : `it exports several: ${classes.map(({ name }) => name).join(', ')}`;
  throw devError('MIGRATION_FILE_INVALID', { file: file.file, problem });
}

/** Of one that is not to be adopted: what cannot be read has the names of its file alone. */
async function namesIfAny(file: MigrationFile, collector: MigrationCollector): Promise<readonly string[]> {
  const unreadable = (problem: string): KernelError =>
    devError('MIGRATION_FILE_INVALID', { file: file.file, problem });
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
  const deadline = openDeadline(migrationLimit);
  try {
    return await Promise.race([collector.collect(MigrationOf, refuse), deadline.passed]);
  } catch (error) {
    throw isKernelError(error) ? error : refuse(firstLine(error), error);
  } finally {
    deadline.close();
  }
}

/** A revision with the same SQL, which somebody took the comment from. */
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

/** What is new goes after the head, so it has to come after all that is there. */
function assertInOrder(migrations: readonly AdoptedMigration[]): void {
  const last = migrations.findLastIndex(({ state }) => state === 'there');
  const early = migrations.slice(0, Math.max(last, 0)).filter(({ state }) => state === 'new' || state === 'later');
  if (early.length === 0) return;
  throw devError('ADOPTION_HISTORY_DIFFERS', {
    table: null,
    database: null,
    problem: `"${migrations[last]?.name ?? ''}" was adopted already, and what comes before it was not`,
    migrations: early.map(({ name }) => name),
  });
}
