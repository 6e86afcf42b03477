import { loadRevisionSet, upgrade } from '@headwater/kernel/internal/migrations';
import { allowSources } from '@headwater/kernel/internal/runtime';
import { callerFolder } from './caller-folder.ts';
import { disposableDatabase } from './disposable-database.ts';
import type { TestKernelOptions } from './start-test-kernel.ts';
import { testConfig } from './test-config.ts';

/** The options of {@link openTestDatabase}. They mean the same as for `startTestKernel`. */
export type TestDatabaseOptions = Pick<TestKernelOptions, 'plugins' | 'database' | 'cwd'>;

/** A database for tests of revisions. No plugin is started on it. */
export interface TestDatabase extends AsyncDisposable {
  /**
   * Applies pending revisions, like `kernel migrate:up`: all of them, or those that `targets` need (`likes@0001`,
   * `core@head`). Returns the ids of the applied revisions. Throws the error that ends the upgrade.
   */
  readonly upgrade: (...targets: readonly string[]) => Promise<readonly string[]>;
  /** Runs one statement and returns its rows. `$1` in the text stands for the first of `values`. */
  readonly query: <Row = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  /** Drops the database. */
  readonly close: () => Promise<void>;
}

/**
 * Opens an empty database for testing how a revision changes existing data: upgrade to the revision before it, insert
 * rows, apply the revision, and check the rows.
 *
 * ```ts
 * await using database = await openTestDatabase();
 * await database.upgrade('likes@0001');
 * await database.query('insert into likes_like …');
 * await database.upgrade('likes@0002');
 * assert.deepEqual(await database.query('select likes_count from core_object'), [{ likes_count: 1 }]);
 * ```
 *
 * Throws the refusals of plugins and revisions that need no database, and the errors of opening a database.
 */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { plugins = ['.'], cwd: folder = callerFolder() } = options;
  allowSources();
  const url = options.database ?? (process.env['HEADWATER_TEST_DATABASE'] || 'pglite://');
  const config = testConfig({ plugins, config: {}, database: url, folder });
  const revisionSet = await loadRevisionSet(config);
  const session = await disposableDatabase(config.database).open(null);
  const close = (): Promise<void> => session.close();
  return Object.freeze<TestDatabase>({
    async upgrade(...targets) {
      const migration = { session, revisionSet, settings: config.upgrade };
      const { applied, error } = await upgrade(migration, targets.length === 0 ? 'heads' : targets);
      if (error !== null) throw error;
      return applied.map(({ id }) => id);
    },
    query: session.query,
    close,
    [Symbol.asyncDispose]: close,
  });
}
