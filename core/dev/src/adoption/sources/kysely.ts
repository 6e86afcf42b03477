import { collectCode, type RunDirection } from '../collect-code.ts';
import type { HistorySource } from '../history-source.ts';
import { importFunctions, migrationFiles, requireFrom, type ExportedFunction } from '../migration-files.ts';
import type { StatementRecorder } from '../statement-recorder.ts';

/** Kysely: a file for each pair of functions that get a `Kysely`. */
export const kysely: HistorySource = {
  title: 'Kysely',
  folder: 'migrations',
  journal: { table: 'kysely_migration', name: 'name', order: ['timestamp', 'name'] },
  read: (folder) =>
    migrationFiles(folder).map(({ file, stem }) => ({
      name: stem,
      file,
      rowNames: [stem],
      words: stem,
      async collect(refuse) {
        const { up, down } = await importFunctions(file);
        const run =
          (direction: ExportedFunction): RunDirection =>
          async (recorder) => {
            await direction(recordingKysely(file, recorder));
          };
        return collectCode({ up: run(up), down: down === null ? null : run(down), transactional: true }, refuse);
      },
    })),
};

type Constructor = new (...args: readonly unknown[]) => object;

/** Returns a Kysely of the migration's own version that sends its statements to a recorder. */
function recordingKysely(file: string, recorder: StatementRecorder): unknown {
  const { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } = requireFrom(
    file,
    'kysely',
  ) as Readonly<Record<'Kysely' | 'PostgresAdapter' | 'PostgresIntrospector' | 'PostgresQueryCompiler', Constructor>>;
  const executeQuery = ({
    sql,
    parameters,
  }: {
    readonly sql: string;
    readonly parameters: readonly unknown[];
  }): unknown => {
    const answer = recorder.record(sql, parameters);
    // Kysely reads the number of rows itself and passes it on.
    return Promise.resolve({ rows: answer, numAffectedRows: answer });
  };
  const connection = { executeQuery, streamQuery: () => recorder.refuse('reads the answer to a query') };
  const done = (): Promise<void> => Promise.resolve();
  const driver = {
    init: done,
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: done,
    commitTransaction: done,
    rollbackTransaction: () => recorder.refuse('rolls back a transaction'),
    releaseConnection: done,
    destroy: done,
  };
  return new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (database: unknown) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}
