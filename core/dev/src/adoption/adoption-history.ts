import { devError } from '../error/dev-codes.ts';
import type { KernelError } from '@headwater/kernel/internal';
import type { AdoptedMigration } from './adoption.ts';

/** What the other tool's table says. */
export interface RecordedMigrations {
  readonly table: string;
  /** The database, as messages show it. */
  readonly database: string;
  /** In the order in which they were applied. */
  readonly names: readonly string[];
}

/**
 * The revisions that the table says are applied, in order. Those with a row in the ledger, `applied`, count as well where
 * it is looked for gaps. Throws ADOPTION_HISTORY_DIFFERS where it names what no file stands for, or where one before an
 * applied one is not.
 */
export function recordedRevisions(
  migrations: readonly AdoptedMigration[],
  { table, database, names }: RecordedMigrations,
  applied: ReadonlySet<string>,
): readonly string[] {
  const differs = (problem: string, which: readonly string[]): KernelError =>
    devError('ADOPTION_HISTORY_DIFFERS', { table, database, problem, migrations: which });
  // The names of files come first: a class may be called like another one's file.
  const byName = new Map<string, AdoptedMigration>();
  for (const migration of migrations) byName.set(migration.name, migration);
  for (const migration of migrations) {
    for (const name of migration.rowNames) if (!byName.has(name)) byName.set(name, migration);
  }
  const unknown = names.filter((name) => !byName.has(name));
  if (unknown.length > 0) throw differs('lists what no file stands for', unknown);
  const recorded = new Set(names.map((name) => byName.get(name)));
  const last = migrations.findLastIndex((migration) => recorded.has(migration));
  const missing = migrations
    .slice(0, Math.max(last, 0))
    .filter((migration) => !recorded.has(migration) && !(migration.id !== null && applied.has(migration.id)));
  if (missing.length > 0) {
    throw differs(
      `lists "${migrations[last]?.name ?? ''}", and not what comes before it`,
      missing.map(({ name }) => name),
    );
  }
  return migrations.flatMap((migration) => (recorded.has(migration) && migration.id !== null ? [migration.id] : []));
}
