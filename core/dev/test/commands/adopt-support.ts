import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM as PgliteOrm } from '@mikro-orm/pglite';
import { MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import type { DatabaseTarget } from '../../../kernel/src/config/config.ts';
import { openPglite } from '../../../kernel/src/db/pglite-session.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';

const modules = realpathSync(join(import.meta.dirname, '../../../../node_modules'));

/** The body of a migration class. */
export type MigrationSketch = string;

/** Returns a migration file in the form that MikroORM writes; `body` is the body of the class. */
export function migrationText(name: string, body: string): string {
  return `import { Migration } from '@mikro-orm/migrations';\n\nexport class ${name} extends Migration {\n${body}\n}\n`;
}

/** Returns methods `up` and `down` that add SQL. */
export function methods(up: readonly string[], down: readonly string[] | null = null): string {
  const body = (statements: readonly string[]): string =>
    statements.map((sql) => `    this.addSql(\`${sql.replaceAll(/[`$\\]/g, '\\$&')}\`);\n`).join('');
  return `  override up(): void {\n${body(up)}  }\n${down === null ? '' : `\n  override down(): void {\n${body(down)}  }\n`}`;
}

/** Makes a project with the plugin `shop`, and a folder `old` with migrations and the package that they import. */
export async function makeShop(
  database: DatabaseTarget | undefined,
  migrations: Readonly<Record<string, string>>,
  shop: PluginSketch = {},
): Promise<Project> {
  const project = await makeProject({ plugins: { shop }, ...(database && { database }) });
  const place = join(project.cwd, 'node_modules/@mikro-orm/migrations');
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(modules, '@mikro-orm/migrations'), place, 'junction');
  for (const [name, text] of Object.entries(migrations)) project.write(`old/${name}`, text);
  return project;
}

/** Runs the migrations of a project with MikroORM's own migrator. */
export async function migrateWithMikroOrm(
  project: Project,
  database: DatabaseTarget,
  options: { readonly to?: string; readonly tableName?: string } = {},
): Promise<void> {
  const { to, tableName = 'mikro_orm_migrations' } = options;
  const folder = join(project.cwd, 'old');
  const settings = {
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: { path: folder, pathTs: folder, snapshot: false, silent: true, allOrNothing: false, tableName },
    ensureDatabase: false,
  };
  // MikroORM would create the directory without a template, which takes five seconds.
  const session = database.kind === 'pglite' ? await openPglite(database) : null;
  const orm =
    database.kind === 'postgres'
      ? new PostgresOrm({ ...settings, clientUrl: database.url })
      : new PgliteOrm({ ...settings, driverOptions: () => ({ pglite: session?.engine }) });
  try {
    await orm.migrator.up(to === undefined ? {} : { to });
  } finally {
    await orm.close(true);
    await session?.close();
  }
}
