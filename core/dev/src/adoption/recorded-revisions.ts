import type { KernelError } from '@headwater/kernel/internal/errors';
import { devError } from '../error/dev-codes.ts';
import type { AdoptedMigration } from './plan-adoption.ts';

/** The content of a tool's table of migrations. */
export interface RecordedMigrations {
  readonly table: string;
  /** The database, as messages show it. */
  readonly database: string;
  /** In the order in which they were applied. */
  readonly names: readonly string[];
  /** Whether a name without a file is that of another history in the same table. Default: none is. */
  readonly isElsewhere?: (name: string) => boolean;
}

/**
 * Returns the revisions that the table records as applied, in order. Revisions in `applied` have a row in the ledger,
 * so they do not count as gaps. Throws ADOPTION_HISTORY_DIFFERS if the table records a migration without a
 * file, or if it lacks a migration before one that it records.
 */
export function recordedRevisions(
  migrations: readonly AdoptedMigration[],
  { table, database, names, isElsewhere = () => false }: RecordedMigrations,
  applied: ReadonlySet<string>,
): readonly string[] {
  const differs = (problem: string, which: readonly string[]): KernelError =>
    devError('ADOPTION_HISTORY_DIFFERS', { table, database, problem, migrations: which });
  // File names take precedence: a class may have the name of another migration's file.
  const byName = new Map<string, AdoptedMigration>();
  for (const migration of migrations) byName.set(migration.name, migration);
  for (const migration of migrations) {
    for (const name of migration.rowNames) if (!byName.has(name)) byName.set(name, migration);
  }
  const unknown = names.filter((name) => !byName.has(name) && !isElsewhere(name));
  if (unknown.length > 0) throw differs('records migrations without a file', unknown);
  const recorded = new Set(names.map((name) => byName.get(name)));
  const last = migrations.findLastIndex((migration) => recorded.has(migration));
  const missing = migrations
    .slice(0, Math.max(last, 0))
    .filter(
      (migration) =>
        !recorded.has(migration) && !(migration.ids.length > 0 && migration.ids.every((id) => applied.has(id))),
    );
  if (missing.length > 0) {
    throw differs(
      `records "${migrations[last]?.name ?? ''}" but not the migrations before it`,
      missing.map(({ name }) => name),
    );
  }
  return migrations.flatMap((migration) => (recorded.has(migration) ? migration.ids : []));
}
