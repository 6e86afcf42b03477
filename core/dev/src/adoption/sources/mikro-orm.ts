import { devError } from '../../error/dev-codes.ts';
import type { HistorySource } from '../history-source.ts';
import { importMigration, migrationFiles } from '../migration-files.ts';
import type { MigrationClass } from './mikro-orm-classes.ts';

/** MikroORM: a file for each class that extends `Migration`. */
export const mikroOrm: HistorySource = {
  title: 'MikroORM',
  folder: 'migrations',
  journal: { table: 'mikro_orm_migrations', name: 'name', order: ['id'] },
  read: (folder) =>
    migrationFiles(folder).map(({ file, stem, base }) => ({
      // MikroORM removes only these two extensions.
      name: base.replace(/\.[jt]s$/, ''),
      file,
      // Its early versions kept the extension.
      rowNames: [...new Set([stem, base, `${stem}.ts`, `${stem}.js`])],
      words: stem,
      async namesInCode() {
        const { namesOfClass } = await import('./mikro-orm-classes.ts');
        return namesOfClass(await migrationClass(file));
      },
      async collect(refuse) {
        const { collectClass } = await import('./mikro-orm-classes.ts');
        return collectClass(await migrationClass(file), file, refuse);
      },
    })),
};

/** Imports the one migration class that a file exports. Throws MIGRATION_FILE_INVALID. */
async function migrationClass(file: string): Promise<MigrationClass> {
  const { migrationClassesIn } = await import('./mikro-orm-classes.ts');
  const classes = migrationClassesIn(await importMigration(file));
  const [only, ...others] = classes;
  if (only !== undefined && others.length === 0) return only;
  const problem =
    only === undefined
      ? 'it exports no class that extends Migration'
      : `it exports several migration classes: ${classes.map(({ name }) => name).join(', ')}`;
  throw devError('MIGRATION_FILE_INVALID', { file, problem });
}
