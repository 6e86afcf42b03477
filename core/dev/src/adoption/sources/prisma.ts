import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { devError } from '../../error/dev-codes.ts';
import type { HistorySource } from '../history-source.ts';
import { migrationText, namesIn } from '../migration-files.ts';
import { collectSql } from '../sql-migration.ts';

/** Prisma: a folder for each migration, with a file `migration.sql`. */
export const prisma: HistorySource = {
  title: 'Prisma',
  folder: 'prisma/migrations',
  journal: {
    table: '_prisma_migrations',
    name: 'migration_name',
    order: ['started_at'],
    where: 'finished_at is not null and rolled_back_at is null',
    failed: 'finished_at is null and rolled_back_at is null',
  },
  read(folder) {
    const found = namesIn(folder)
      .filter((name) => existsSync(join(folder, name, 'migration.sql')))
      .toSorted();
    if (found.length === 0) {
      throw devError('ADOPTION_FOLDER_INVALID', { folder, problem: 'no folder in it has a file migration.sql' });
    }
    return found.map((name) => {
      const file = join(folder, name, 'migration.sql');
      return {
        name,
        file,
        rowNames: [name],
        words: name,
        collect: (refuse) => collectSql(migrationText(file), null, refuse),
      };
    });
  },
};
