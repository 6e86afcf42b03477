import { devError } from '../error/dev-codes.ts';
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstLine, openDeadline, systemReason } from '@headwater/kernel/internal';

/** A file with a MikroORM migration. */
export interface MigrationFile {
  readonly file: string;
  /** Its name without any extension. */
  readonly stem: string;
  /** As MikroORM calls it: the file's name without .ts or .js. */
  readonly name: string;
  /** What its row may be called: with the extension too, which early versions of MikroORM kept. */
  readonly rowNames: readonly string[];
}

/** What Node can import, the sources before what was built of them. Not declarations, not tests beside it. */
const extensions = ['.ts', '.mts', '.js', '.mjs', '.cjs'];
const beside = /\.(?:d|test|spec)\.[mc]?[jt]s$/;

/** Seconds that a migration file may take to be imported, and a migration to say what it does. */
export const migrationLimit = 30;

/**
 * The migrations in a folder, in the order in which MikroORM runs them: by the name of their files. Where a file lies
 * beside what was built of it, it counts once. Throws ADOPTION_FOLDER_INVALID.
 */
export function migrationFiles(folder: string): readonly MigrationFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw devError('ADOPTION_FOLDER_INVALID', { folder, problem: systemReason(error) }, { cause: error });
  }
  const found = new Map<string, string>();
  const byKind = extensions.flatMap((extension) => names.filter((name) => extname(name) === extension));
  for (const name of byKind) {
    const stem = name.slice(0, -extname(name).length);
    if (!beside.test(name) && !name.startsWith('.') && !found.has(stem)) found.set(stem, name);
  }
  if (found.size === 0) {
    throw devError('ADOPTION_FOLDER_INVALID', {
      folder,
      problem: `no file in it ends in ${extensions.join(', ')}`,
    });
  }
  return Array.from(found, ([stem, name]) => ({
    file: join(folder, name),
    stem,
    name: name.replace(/\.[jt]s$/, ''),
    rowNames: [...new Set([stem, name, `${stem}.ts`, `${stem}.js`])],
  })).toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

/** Imports a migration file. Throws MIGRATION_FILE_INVALID. */
export async function importMigration({ file }: MigrationFile): Promise<object> {
  const deadline = openDeadline(migrationLimit);
  try {
    const imported: Promise<unknown> = import(pathToFileURL(file).href);
    const module = await Promise.race([imported, deadline.passed]);
    // A module is an object, whatever it exports.
    return module as object;
  } catch (error) {
    const problem = `it cannot be imported: ${firstLine(error)}`;
    throw devError('MIGRATION_FILE_INVALID', { file, problem }, { cause: error });
  } finally {
    deadline.close();
  }
}
