import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HistorySource, RefuseMigration, CollectedMigration } from '../history-source.ts';
import { codeExtensions, migrationFiles, migrationText } from '../migration-files.ts';
import { collectSql } from '../sql-migration.ts';

/**
 * Umzug, and every other runner of SQL files with a table of their names: `name.sql`, reverted by `name.down.sql` or
 * `down/name.sql`.
 */
export const umzug: HistorySource = {
  title: 'Umzug',
  folder: 'migrations',
  journal: { table: 'SequelizeMeta', name: 'name', order: ['name'] },
  read: (folder) =>
    migrationFiles(folder, ['.sql', ...codeExtensions])
      .filter(({ stem }) => !stem.endsWith('.down'))
      .map(({ file, stem, base }) => {
        const plain = stem.replace(/\.up$/, '');
        return {
          name: base,
          file,
          rowNames: [...new Set([base, stem, plain, `${plain}.sql`, `${plain}.js`, `${plain}.ts`])],
          words: plain,
          collect: (refuse) => collectFile(file, plain, refuse),
        };
      }),
};

async function collectFile(file: string, plain: string, refuse: RefuseMigration): Promise<CollectedMigration> {
  if (!file.endsWith('.sql')) throw refuse('it is code whose argument only the application knows');
  const folder = dirname(file);
  const down = [
    join(folder, `${plain}.down.sql`),
    join(folder, 'down', `${plain}.sql`),
    join(folder, 'down', basename(file)),
  ];
  const reverse = down.find((one) => existsSync(one));
  return collectSql(migrationText(file), reverse === undefined ? null : migrationText(reverse), refuse);
}
