import { randomUUID } from 'node:crypto';
import { isRaw } from '@mikro-orm/core';
import type { Migration } from '@mikro-orm/migrations';
import { MikroORM, PgliteDriver, PglitePlatform } from '@mikro-orm/pglite';
import { kernelError, shortMessage } from '@headwater/kernel/internal/errors';
import { collectCode } from '../collect-code.ts';
import type { CollectedMigration, RefuseMigration } from '../history-source.ts';
import { exportedValues } from '../migration-files.ts';
import type { StatementRecorder } from '../statement-recorder.ts';
import { recordingKnex } from './recording-knex.ts';

/** A migration class that a module exports, from this copy of @mikro-orm/migrations or another. */
export type MigrationClass = new (...options: ConstructorParameters<typeof Migration>) => Migration;

/** Returns the migration classes that a module exports, by default or by name. Each class is returned once. */
export function migrationClassesIn(module: object): readonly MigrationClass[] {
  return exportedValues(module).filter(isMigrationClass);
}

/** Recognizes a class by its methods, so a second copy of @mikro-orm/migrations works too. */
function isMigrationClass(value: unknown): value is MigrationClass {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return hasMethod(prototype, 'up') && hasMethod(prototype, 'addSql') && hasMethod(prototype, 'getQueries');
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}

/** Returns the names under which MikroORM records a migration that is configured as a class, not as a file. */
export function namesOfClass(MigrationOf: MigrationClass): readonly string[] {
  const { name = MigrationOf.name } = openMigration(MigrationOf, null);
  return [...new Set([name, MigrationOf.name])].filter((one) => one !== '');
}

/** Runs a migration class to collect its SQL, with a driver that has no database. */
export function collectClass(
  MigrationOf: MigrationClass,
  file: string,
  refuse: RefuseMigration,
): Promise<CollectedMigration> {
  const run =
    (direction: 'up' | 'down') =>
    async (recorder: StatementRecorder): Promise<readonly string[]> => {
      const migration = openMigration(MigrationOf, recorder);
      // Earlier versions of MikroORM have this method, whose builder comes with Knex.
      if (hasMethod(migration, 'getKnex')) {
        const getKnex = (): unknown => recordingKnex(file, recorder, ['@mikro-orm/migrations', '@mikro-orm/knex']);
        Object.defineProperty(migration, 'getKnex', { value: getKnex });
      }
      await migration[direction]();
      return migration.getQueries().map((query) => textOf(query, recorder));
    };
  let transactional: boolean;
  try {
    transactional = openMigration(MigrationOf, null).isTransactional();
  } catch (error) {
    throw refuse(`its constructor throws: ${shortMessage(error)}`, error);
  }
  const isIrreversible = (message: string): boolean => message === notRevertible;
  return collectCode({ up: run('up'), down: run('down'), transactional, isIrreversible }, refuse);
}

/** The message that the base class throws, in every version. */
const notRevertible = 'This migration cannot be reverted';

/** A driver without a database. */
interface Stage {
  readonly options: ConstructorParameters<typeof Migration>;
  /** Receives the statements of the migration that is running. Migrations run one after another. */
  recorder: StatementRecorder | null;
}

let opened: Stage | null = null;

/** Creates a migration whose queries go to a recorder. */
function openMigration(MigrationOf: MigrationClass, recorder: StatementRecorder | null): Migration {
  // Creating it takes ten milliseconds, which a history of hundreds would feel.
  opened ??= openStage();
  opened.recorder = recorder;
  return new MigrationOf(...opened.options);
}

function openStage(): Stage {
  const needsDatabase = (): never => {
    stage.recorder?.refuse('queries the database');
    throw kernelError('INTERNAL', { what: 'a migration queried a database while it was created.' });
  };
  const orm = new MikroORM({
    driver: PgliteDriver,
    dbName: 'none',
    entities: [],
    contextName: randomUUID(),
    ensureDatabase: false,
    discovery: { warnWhenNoEntities: false },
    debug: false,
    colors: false,
    // Only code that goes past the recorder calls this.
    driverOptions: needsDatabase,
  });
  const driver = orm.em.getDriver();
  const stage: Stage = { options: [driver, orm.config], recorder: null };
  const execute = (query: unknown, values: readonly unknown[] = []): Promise<unknown> => {
    const { recorder } = stage;
    if (recorder === null) return needsDatabase();
    const text = typeof query === 'string' ? platform.formatQuery(query, values) : textOf(query, recorder);
    return Promise.resolve(recorder.record(text));
  };
  // Everything that sends SQL uses it: `execute` of the migration, the driver and the entity manager.
  Object.defineProperty(driver.getConnection(), 'execute', { value: execute });
  return stage;
}

const platform = new PglitePlatform();

/** Formats a query with the values in its text, as MikroORM's own runner sends it. */
function textOf(query: unknown, recorder: StatementRecorder): string {
  if (typeof query === 'string') return query;
  const fragment: unknown = hasMethod(query, 'toRaw') ? (query as { toRaw: () => unknown }).toRaw() : query;
  if (isRaw(fragment)) return platform.formatQuery(fragment.sql, fragment.params);
  // A builder of Knex, which earlier versions used.
  if (hasMethod(query, 'toQuery')) {
    const text: unknown = (query as { toQuery: () => unknown }).toQuery();
    if (typeof text === 'string') return text;
  }
  return recorder.refuse('adds something that is not SQL');
}
