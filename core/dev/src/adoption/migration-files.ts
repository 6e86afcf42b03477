import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { shortMessage, explainFileError } from '@headwater/kernel/internal/errors';
import { openDeadline } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';

/** A file with a MikroORM migration. */
export interface MigrationFile {
  readonly file: string;
  /** The name of the file without its extension. */
  readonly stem: string;
  /** The name that MikroORM uses: the file name without .ts or .js. */
  readonly name: string;
  /** The names under which the table may record it, since early versions of MikroORM kept the extension. */
  readonly rowNames: readonly string[];
}

/** The extensions that Node can import, sources before compiled files. */
const extensions = ['.ts', '.mts', '.js', '.mjs', '.cjs'];
/** Declarations and tests next to a migration. */
const notMigration = /\.(?:d|test|spec)\.[mc]?[jt]s$/;

/** The time limits, in seconds, for importing a migration file and for collecting the SQL of a migration. */
export const migrationTimeout = 30;

/**
 * Lists the migrations in a folder in the order in which MikroORM runs them, by file name. A source file and its
 * compiled file count as one. Throws ADOPTION_FOLDER_INVALID.
 */
export function migrationFiles(folder: string): readonly MigrationFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw devError('ADOPTION_FOLDER_INVALID', { folder, problem: explainFileError(error) }, { cause: error });
  }
  const found = new Map<string, string>();
  const byExtension = extensions.flatMap((extension) => names.filter((name) => extname(name) === extension));
  for (const name of byExtension) {
    const stem = name.slice(0, -extname(name).length);
    if (!notMigration.test(name) && !name.startsWith('.') && !found.has(stem)) found.set(stem, name);
  }
  if (found.size === 0) {
    throw devError('ADOPTION_FOLDER_INVALID', { folder, problem: `no file in it ends in ${extensions.join(', ')}` });
  }
  return Array.from(found, ([stem, name]) => ({
    file: join(folder, name),
    stem,
    name: name.replace(/\.[jt]s$/, ''),
    rowNames: [...new Set([stem, name, `${stem}.ts`, `${stem}.js`])],
  })).toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

/** Imports a migration file. Throws MIGRATION_FILE_INVALID. */
export async function importMigration({ file }: Pick<MigrationFile, 'file'>): Promise<object> {
  const deadline = openDeadline(migrationTimeout);
  try {
    const imported: Promise<unknown> = import(pathToFileURL(file).href);
    const module = await Promise.race([imported, deadline.passed]);
    // A module is always an object.
    return module as object;
  } catch (error) {
    const problem = `it cannot be imported: ${shortMessage(error)}`;
    throw devError('MIGRATION_FILE_INVALID', { file, problem }, { cause: error });
  } finally {
    deadline.close();
  }
}
