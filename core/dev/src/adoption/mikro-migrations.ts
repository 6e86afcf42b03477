import { randomUUID } from 'node:crypto';
import { isRaw } from '@mikro-orm/core';
import type { Migration } from '@mikro-orm/migrations';
import { MikroORM, PgliteDriver, PglitePlatform } from '@mikro-orm/pglite';
import { isKernelError, firstLine, kernelError, type KernelError } from '@headwater/kernel/internal';

/** A class of migrations, as a module exports it: of this copy of @mikro-orm/migrations or of another. */
export type MigrationClass = new (...options: ConstructorParameters<typeof Migration>) => Migration;

/** What a migration does, without a database. */
export interface CollectedMigration {
  /** SQL, each as it was added. May be empty. */
  readonly up: readonly string[];
  /** `null` where it cannot be reverted. */
  readonly down: readonly string[] | null;
  /** What `down` threw, if it is more than that there is none. */
  readonly downProblem: string | null;
  readonly transactional: boolean;
}

/** What a migration cannot be collected for: one that asks the database, or fails. */
export type RefuseMigration = (problem: string, cause?: unknown) => KernelError;

/** The classes of migrations that a module exports, by default or by name, each once. */
export function migrationClassesIn(module: object): readonly MigrationClass[] {
  const exported: readonly unknown[] = Object.values(module);
  // A CommonJS module that sets `module.exports = { … }` has its names inside of its default export.
  const nested = exported.flatMap((value): readonly unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value) : [],
  );
  return [...new Set([...exported, ...nested].filter(isMigrationClass))];
}

/** By shape, so that a second copy of @mikro-orm/migrations does not matter. */
function isMigrationClass(value: unknown): value is MigrationClass {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return hasMethod(prototype, 'up') && hasMethod(prototype, 'addSql') && hasMethod(prototype, 'getQueries');
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}

/** Runs migrations for what they say, with a driver that has no database. */
export interface MigrationCollector {
  /** The names under which MikroORM writes it down where it is given classes and not files. */
  readonly namesOf: (migration: MigrationClass, refuse: RefuseMigration) => readonly string[];
  readonly collect: (migration: MigrationClass, refuse: RefuseMigration) => Promise<CollectedMigration>;
}

/** Makes one. Nothing connects, whatever a migration asks for. */
export function openCollector(): MigrationCollector {
  let asked = false;
  const orm = new MikroORM({
    driver: PgliteDriver,
    dbName: 'none',
    entities: [],
    contextName: randomUUID(),
    ensureDatabase: false,
    discovery: { warnWhenNoEntities: false },
    debug: false,
    colors: false,
    // Called by whatever needs a connection, and by nothing else.
    driverOptions: () => {
      asked = true;
      throw kernelError('INTERNAL', { what: 'a migration asked for a database while its SQL was collected.' });
    },
  });
  const platform = new PglitePlatform();
  const make = (MigrationOf: MigrationClass): Migration => new MigrationOf(orm.em.getDriver(), orm.config);

  /** What `direction` adds. Also where the migration catches what asking throws, it is refused. */
  const queriesOf = async (
    MigrationOf: MigrationClass,
    direction: 'up' | 'down',
    refuse: RefuseMigration,
  ): Promise<readonly string[]> => {
    asked = false;
    const migration = make(MigrationOf);
    let problem: { readonly thrown: unknown } | null = null;
    try {
      await migration[direction]();
    } catch (error) {
      problem = { thrown: error };
    }
    if (asked)
      throw refuse(`its ${direction} asks the database, and what it does depends on the answer`, problem?.thrown);
    if (problem !== null) throw problem.thrown;
    return migration.getQueries().flatMap((query) => {
      const text = textOf(query, platform, () => refuse(`its ${direction} adds something that is not SQL`));
      return text.trim() === '' ? [] : [text];
    });
  };

  const made = (MigrationOf: MigrationClass, refuse: RefuseMigration): Migration => {
    try {
      return make(MigrationOf);
    } catch (error) {
      throw refuse(`it cannot be made: ${firstLine(error)}`, error);
    }
  };

  return {
    namesOf(MigrationOf, refuse) {
      const { name = MigrationOf.name } = made(MigrationOf, refuse);
      return [...new Set([name, MigrationOf.name])];
    },
    async collect(MigrationOf, refuse) {
      const transactional = made(MigrationOf, refuse).isTransactional();
      const up = await queriesOf(MigrationOf, 'up', refuse).catch((error: unknown) => {
        if (isKernelError(error)) throw error;
        throw refuse(`its up throws without a database: ${firstLine(error)}`, error);
      });
      const { down, downProblem } = await queriesOf(MigrationOf, 'down', refuse).then(
        (queries) => ({ down: queries.length === 0 ? null : queries, downProblem: null }),
        (error: unknown) => {
          if (isKernelError(error)) throw error;
          const problem = firstLine(error);
          return { down: null, downProblem: problem === notRevertible ? null : problem };
        },
      );
      return { up, down, downProblem, transactional };
    },
  };
}

/** What the base class throws, in every version. */
const notRevertible = 'This migration cannot be reverted';

/** As MikroORM's own runner would send it: values written into the text. */
function textOf(query: unknown, platform: PglitePlatform, refuse: () => KernelError): string {
  if (typeof query === 'string') return query;
  const fragment: unknown = hasMethod(query, 'toRaw') ? (query as { toRaw: () => unknown }).toRaw() : query;
  if (isRaw(fragment)) return platform.formatQuery(fragment.sql, fragment.params);
  // Knex, which earlier versions had.
  if (hasMethod(query, 'toQuery')) {
    const text: unknown = (query as { toQuery: () => unknown }).toQuery();
    if (typeof text === 'string') return text;
  }
  throw refuse();
}
