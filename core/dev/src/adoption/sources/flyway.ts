import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CollectedMigration, HistorySource, RefuseMigration } from '../history-source.ts';
import { migrationFiles, migrationText, type MigrationFile } from '../migration-files.ts';
import { collectSql } from '../sql-migration.ts';

/** Flyway: SQL files `V1_2__words.sql` in the order of their versions, reverted by `U1_2__words.sql`. */
export const flyway: HistorySource = {
  title: 'Flyway',
  folder: 'sql',
  journal: {
    table: 'flyway_schema_history',
    name: 'script',
    order: ['installed_rank'],
    where: `success and type <> 'SCHEMA'`,
    failed: 'not success',
  },
  read: (folder) =>
    migrationFiles(folder, ['.sql'])
      .filter(({ stem }) => !stem.startsWith('U'))
      .toSorted(byVersion)
      .map((one) => ({
        name: one.base,
        file: one.file,
        rowNames: [one.base],
        key: keyOf(one),
        words: one.stem.replace(/^.*?__/, ''),
        collect: (refuse) => collectScript(one, refuse),
      })),
};

async function collectScript({ file, stem }: MigrationFile, refuse: RefuseMigration): Promise<CollectedMigration> {
  if (stem.startsWith('R__'))
    throw refuse('it is repeatable: Flyway runs it after every change, but a revision runs once');
  if (!/^V\d[\d._]*__/.test(stem)) throw refuse('its name does not have the form V1_2__words.sql');
  const undo = join(dirname(file), `U${stem.slice(1)}.sql`);
  const [up, down] = [migrationText(file), existsSync(undo) ? migrationText(undo) : null];
  const placeholder = /\$\{[^}]+\}/.exec(up + (down ?? ''))?.[0];
  if (placeholder !== undefined) throw refuse(`it contains the placeholder ${placeholder}, which Flyway replaces`);
  return collectSql(up, down, refuse);
}

/** Sorts by version, with the repeatable migrations last, as Flyway runs them. */
function byVersion(a: MigrationFile, b: MigrationFile): number {
  const [first, second] = [versionOf(a), versionOf(b)];
  for (let i = 0; i < Math.max(first.length, second.length); i += 1) {
    const difference = (first[i] ?? 0) - (second[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Flyway takes 1 and 1.0 for the same version. */
function keyOf(file: MigrationFile): string {
  const version = versionOf(file)
    .join('.')
    .replace(/(?:\.0)+$/, '');
  return /^V\d/.test(file.stem) ? `version ${version}` : file.base;
}

function versionOf({ stem }: MigrationFile): readonly number[] {
  const version = /^V(\d[\d._]*?)__/.exec(stem)?.[1];
  return version === undefined ? [Number.MAX_SAFE_INTEGER] : version.split(/[._]/).map(Number);
}
