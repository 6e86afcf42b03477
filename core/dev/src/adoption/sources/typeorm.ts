import { shortMessage } from '@headwater/kernel/internal/errors';
import { devError } from '../../error/dev-codes.ts';
import { collectCode } from '../collect-code.ts';
import type { HistorySource, SourceMigration } from '../history-source.ts';
import { exportedValues, importMigration, migrationFiles, requireFrom } from '../migration-files.ts';
import type { StatementRecorder } from '../statement-recorder.ts';

/** The methods of a migration. */
interface TypeOrmMigration {
  readonly name?: string;
  readonly transaction?: boolean;
  readonly up: (runner: unknown) => unknown;
  readonly down?: (runner: unknown) => unknown;
}
type TypeOrmClass = new () => TypeOrmMigration;

/** TypeORM: classes that implement `MigrationInterface`, sorted by the timestamps at the end of their names. */
export const typeorm: HistorySource = {
  title: 'TypeORM',
  folder: 'migrations',
  journal: { table: 'migrations', name: 'name', order: ['id'] },
  async read(folder) {
    // A further file may export the classes of the others again.
    const found = new Map<TypeOrmClass, SourceMigration>();
    for (const { file } of migrationFiles(folder)) {
      const classes = exportedValues(await importMigration(file)).filter(isClass);
      if (classes.length === 0) {
        throw devError('MIGRATION_FILE_INVALID', { file, problem: 'it exports no class that has a method `up`' });
      }
      for (const MigrationOf of classes)
        if (!found.has(MigrationOf)) found.set(MigrationOf, migrationOf(MigrationOf, file));
    }
    return [...found.values()].toSorted((a, b) => timestampOf(a) - timestampOf(b));
  },
};

function isClass(value: unknown): value is TypeOrmClass {
  return typeof value === 'function' && typeof Reflect.get(Object(value.prototype) as object, 'up') === 'function';
}

function migrationOf(MigrationOf: TypeOrmClass, file: string): SourceMigration {
  let migration: TypeOrmMigration;
  try {
    migration = new MigrationOf();
  } catch (error) {
    const problem = `its constructor throws: ${shortMessage(error)}`;
    throw devError('MIGRATION_FILE_INVALID', { file, problem }, { cause: error });
  }
  const { name = MigrationOf.name } = migration;
  return {
    name,
    file,
    rowNames: [name],
    words: name,
    collect: (refuse) =>
      collectCode(
        {
          async up(recorder) {
            await migration.up(recordingRunner(file, recorder));
          },
          async down(recorder) {
            await migration.down?.(recordingRunner(file, recorder));
          },
          transactional: migration.transaction !== false,
        },
        refuse,
      ),
  };
}

/** TypeORM takes the last 13 characters of the name for a timestamp. */
function timestampOf({ name }: SourceMigration): number {
  return Number(/\d{13}$/.exec(name)?.[0] ?? 0);
}

/** Returns a query runner of the migration's own version of TypeORM that sends its statements to a recorder. */
function recordingRunner(file: string, recorder: StatementRecorder): unknown {
  const { DataSource } = requireFrom(file, 'typeorm') as {
    readonly DataSource: new (options: object) => {
      readonly driver: { readonly createQueryRunner: (mode: string) => object };
    };
  };
  // It does not connect before it is initialized, so it needs no driver.
  const runner = new DataSource({ type: 'postgres', driver: {} }).driver.createQueryRunner('master');
  const query = (text: string, values?: readonly unknown[]): Promise<unknown> =>
    Promise.resolve(recorder.record(text, values));
  const done = (): Promise<void> => Promise.resolve();
  return Object.assign(runner, {
    query,
    connect: () => recorder.refuse('asks for its connection'),
    startTransaction: done,
    commitTransaction: done,
    rollbackTransaction: () => recorder.refuse('rolls back a transaction'),
  });
}
