import type { KernelError } from '@headwater/kernel/internal/errors';
import type { Journal } from './journal.ts';

/** The effect of a migration, collected without a database. */
export interface CollectedMigration {
  /** The SQL statements in the order in which the tool runs them. May be empty. */
  readonly up: readonly string[];
  /** `null` if the migration cannot be reverted. */
  readonly down: readonly string[] | null;
  /** The error that `down` threw, unless it only says that there is no `down`. */
  readonly downProblem: string | null;
  readonly transactional: boolean;
}

/** Creates the refusal of a migration that cannot be read. `problem` completes a sentence about it. */
export type RefuseMigration = (problem: string, cause?: unknown) => KernelError;

/** A migration of another tool. */
export interface SourceMigration {
  readonly name: string;
  readonly file: string;
  /** The names under which the tool's table may record it. */
  readonly rowNames: readonly string[];
  /** What tells it from the other migrations of the tool, if that is not its name: a version, a time. */
  readonly key?: string;
  /** Its name without extension, timestamp or version: the words of the revision's slug come from it. */
  readonly words: string;
  /** More of its names, which only its code tells; none if it cannot be imported. Default: none. */
  readonly namesInCode?: () => Promise<readonly string[]>;
  /** Collects its SQL. Throws MIGRATION_FILE_INVALID, and the refusal that `refuse` creates. */
  readonly collect: (refuse: RefuseMigration) => Promise<CollectedMigration>;
}

/** A tool whose history can be adopted: how it stores migrations, and the table in which it records them. */
export interface HistorySource {
  /** Its name in texts: `MikroORM`. */
  readonly title: string;
  /** The folder in which the tool looks for migrations by default. */
  readonly folder: string;
  readonly journal: Journal;
  /**
   * Lists the migrations in a folder in the order in which the tool runs them. Throws ADOPTION_FOLDER_INVALID and
   * MIGRATION_FILE_INVALID.
   */
  readonly read: (folder: string) => readonly SourceMigration[] | Promise<readonly SourceMigration[]>;
}
