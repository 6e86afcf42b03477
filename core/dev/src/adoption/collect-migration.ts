import { randomUUID } from 'node:crypto';
import { isRaw } from '@mikro-orm/core';
import type { Migration } from '@mikro-orm/migrations';
import { MikroORM, PgliteDriver, PglitePlatform } from '@mikro-orm/pglite';
import { isKernelError, shortMessage, kernelError, type KernelError } from '@headwater/kernel/internal/errors';

/** A migration class that a module exports, from this copy of @mikro-orm/migrations or another. */
export type MigrationClass = new (...options: ConstructorParameters<typeof Migration>) => Migration;

/** The effect of a migration, collected without a database. */
export interface CollectedMigration {
  /** The SQL statements as the migration added them. May be empty. */
  readonly up: readonly string[];
  /** `null` if the migration cannot be reverted. */
  readonly down: readonly string[] | null;
  /** The error that `down` threw, unless it only says that there is no `down`. */
  readonly downProblem: string | null;
  readonly transactional: boolean;
}

/** Creates the refusal of a migration that queries its database or fails. `problem` completes a sentence about it. */
export type RefuseMigration = (problem: string, cause?: unknown) => KernelError;

/** Returns the migration classes that a module exports, by default or by name. Each class is returned once. */
export function migrationClassesIn(module: object): readonly MigrationClass[] {
  const exported: readonly unknown[] = Object.values(module);
  // A CommonJS module that sets `module.exports = { … }` has its names inside its default export.
  const nested = exported.flatMap((value): readonly unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value) : [],
  );
  return [...new Set([...exported, ...nested].filter(isMigrationClass))];
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

/** Runs migrations to collect their SQL, with a driver that has no database. */
export interface MigrationCollector {
  /** Returns the names under which MikroORM records a migration that is configured as a class, not as a file. */
  readonly namesOf: (migration: MigrationClass, refuse: RefuseMigration) => readonly string[];
  readonly collect: (migration: MigrationClass, refuse: RefuseMigration) => Promise<CollectedMigration>;
}

/** Opens a {@link MigrationCollector}. No migration can make it connect. */
export function openMigrationCollector(): MigrationCollector {
  let queried = false;
  const orm = new MikroORM({
    driver: PgliteDriver,
    dbName: 'none',
    entities: [],
    contextName: randomUUID(),
    ensureDatabase: false,
    discovery: { warnWhenNoEntities: false },
    debug: false,
    colors: false,
    // Only code that needs a connection calls this.
    driverOptions: () => {
      queried = true;
      throw kernelError('INTERNAL', { what: 'a migration queried a database while its SQL was collected.' });
    },
  });
  const platform = new PglitePlatform();
  const create = (MigrationOf: MigrationClass): Migration => new MigrationOf(orm.em.getDriver(), orm.config);

  /** The SQL that one direction adds. A migration that queries is refused even if it catches the error. */
  const queriesOf = async (
    MigrationOf: MigrationClass,
    direction: 'up' | 'down',
    refuse: RefuseMigration,
  ): Promise<readonly string[]> => {
    queried = false;
    const migration = create(MigrationOf);
    let problem: { readonly thrown: unknown } | null = null;
    try {
      await migration[direction]();
    } catch (error) {
      problem = { thrown: error };
    }
    if (queried) {
      throw refuse(`its ${direction} queries the database, so its SQL depends on the result`, problem?.thrown);
    }
    if (problem !== null) throw problem.thrown;
    return migration.getQueries().flatMap((query) => {
      const text = textOf(query, platform, () => refuse(`its ${direction} adds something that is not SQL`));
      return text.trim() === '' ? [] : [text];
    });
  };

  const instanceOf = (MigrationOf: MigrationClass, refuse: RefuseMigration): Migration => {
    try {
      return create(MigrationOf);
    } catch (error) {
      throw refuse(`its constructor throws: ${shortMessage(error)}`, error);
    }
  };

  return {
    namesOf(MigrationOf, refuse) {
      const { name = MigrationOf.name } = instanceOf(MigrationOf, refuse);
      return [...new Set([name, MigrationOf.name])];
    },
    async collect(MigrationOf, refuse) {
      const transactional = instanceOf(MigrationOf, refuse).isTransactional();
      const up = await queriesOf(MigrationOf, 'up', refuse).catch((error: unknown) => {
        if (isKernelError(error)) throw error;
        throw refuse(`its up throws without a database: ${shortMessage(error)}`, error);
      });
      const { down, downProblem } = await queriesOf(MigrationOf, 'down', refuse).then(
        (queries) => ({ down: queries.length === 0 ? null : queries, downProblem: null }),
        (error: unknown) => {
          if (isKernelError(error)) throw error;
          const problem = shortMessage(error);
          return { down: null, downProblem: problem === notRevertible ? null : problem };
        },
      );
      return { up, down, downProblem, transactional };
    },
  };
}

/** The message that the base class throws, in every version. */
const notRevertible = 'This migration cannot be reverted';

/** Formats a query with the values in its text, as MikroORM's own runner sends it. */
function textOf(query: unknown, platform: PglitePlatform, refuse: () => KernelError): string {
  if (typeof query === 'string') return query;
  const fragment: unknown = hasMethod(query, 'toRaw') ? (query as { toRaw: () => unknown }).toRaw() : query;
  if (isRaw(fragment)) return platform.formatQuery(fragment.sql, fragment.params);
  // Earlier versions used Knex.
  if (hasMethod(query, 'toQuery')) {
    const text: unknown = (query as { toQuery: () => unknown }).toQuery();
    if (typeof text === 'string') return text;
  }
  throw refuse();
}
