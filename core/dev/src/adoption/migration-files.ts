import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { shortMessage, explainFileError } from '@headwater/kernel/internal/errors';
import { openDeadline } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';

/** A file with a migration. */
export interface MigrationFile {
  readonly file: string;
  /** The name of the file without its extension. */
  readonly stem: string;
  /** The name of the file with its extension. */
  readonly base: string;
}

/** The extensions that Node can import, sources before compiled files. */
export const codeExtensions: readonly string[] = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
/** Declarations and tests next to a migration. */
const notMigration = /\.(?:d|test|spec)\.[mc]?[jt]s$/;

/** The time limits, in seconds, for importing a migration file and for collecting the SQL of a migration. */
export const migrationTimeout = 30;

/**
 * Lists the files in a folder that end in one of the extensions, by name. A source file and its compiled file count as
 * one. Throws ADOPTION_FOLDER_INVALID if there is none.
 */
export function migrationFiles(
  folder: string,
  from: readonly string[] = codeExtensions,
): readonly [MigrationFile, ...MigrationFile[]] {
  const names = namesIn(folder);
  const found = new Map<string, string>();
  for (const name of from.flatMap((extension) => names.filter((one) => extname(one) === extension))) {
    const stem = name.slice(0, -extname(name).length);
    if (!notMigration.test(name) && !name.startsWith('.') && !found.has(stem)) found.set(stem, name);
  }
  const [first, ...others] = Array.from(found, ([stem, base]) => ({ file: join(folder, base), stem, base })).toSorted(
    (a, b) => (a.base < b.base ? -1 : 1),
  );
  if (first !== undefined) return [first, ...others];
  throw devError('ADOPTION_FOLDER_INVALID', { folder, problem: `no file in it ends in ${from.join(', ')}` });
}

/** Lists the names in a folder. Throws ADOPTION_FOLDER_INVALID. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw devError('ADOPTION_FOLDER_INVALID', { folder, problem: explainFileError(error) }, { cause: error });
  }
}

/** Reads the text of a migration file, which must be UTF-8: PostgreSQL would store what other bytes turn into. Throws MIGRATION_FILE_INVALID. */
export function migrationText(file: string): string {
  const invalid = (problem: string, cause: unknown): Error =>
    devError('MIGRATION_FILE_INVALID', { file, problem }, { cause });
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw invalid(explainFileError(error), error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid('it is not UTF-8. Save it in that encoding', error);
  }
}

/** Imports a migration file. Throws MIGRATION_FILE_INVALID. */
export async function importMigration(file: string): Promise<object> {
  // Node would import other bytes, too, as replacement characters.
  migrationText(file);
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

/** Returns the values that a module exports, by default or by name. */
export function exportedValues(module: object): readonly unknown[] {
  const exported: readonly unknown[] = Object.values(module);
  // A CommonJS module that sets `module.exports = { … }` has its names inside its default export.
  const nested = exported.flatMap((value): readonly unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value) : [],
  );
  return [...new Set([...exported, ...nested])];
}

/** A function that a migration exports. */
export type ExportedFunction = (...args: readonly unknown[]) => unknown;

/** The functions that a migration file exports, and its other exports by name. */
export interface MigrationModule {
  readonly up: ExportedFunction;
  readonly down: ExportedFunction | null;
  readonly exported: Readonly<Record<string, unknown>>;
}

/** Imports a file that exports the functions `up` and, if it can be reverted, `down`. Throws MIGRATION_FILE_INVALID. */
export async function importFunctions(file: string): Promise<MigrationModule> {
  const module = { ...(await importMigration(file)) } as Readonly<Record<string, unknown>>;
  const inDefault = module['default'];
  // The names of a CommonJS module are inside its default export.
  const exported = { ...(typeof inDefault === 'object' && inDefault !== null ? inDefault : {}), ...module };
  const functionIn = (name: string): ExportedFunction | null => {
    const value = (exported as Readonly<Record<string, unknown>>)[name];
    // The tool calls it with the arguments that it knows.
    return typeof value === 'function' ? (value as ExportedFunction) : null;
  };
  const up = functionIn('up');
  if (up === null) throw devError('MIGRATION_FILE_INVALID', { file, problem: 'it exports no function `up`' });
  return { up, down: functionIn('down'), exported };
}

/**
 * Loads a package of the project to which a migration file belongs: its tool, in the version that it was written for.
 * `through` names packages that may bring it along. Throws MIGRATION_FILE_INVALID if it is not installed there.
 */
export function requireFrom(file: string, name: string, through: readonly string[] = []): unknown {
  const starts = [file];
  for (const one of through) starts.push(...starts.flatMap((start) => resolved(start, one) ?? []));
  const start = starts.find((one) => resolved(one, name) !== null);
  if (start === undefined) {
    throw devError('MIGRATION_FILE_INVALID', { file, problem: `Cannot find package '${name}', which it needs` });
  }
  return createRequire(start)(name);
}

function resolved(from: string, name: string): string | null {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return null;
  }
}
