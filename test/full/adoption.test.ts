import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { journalTables } from '../../core/dev/src/adoption/journal-tables.ts';
import { withoutTables } from '../../core/dev/src/adoption/without-tables.ts';
import { schemaDifferences } from '../../core/dev/src/authoring/schema-proof.ts';
import type { Catalog } from '../../core/kernel/src/catalog/catalog.ts';
import { catalogReader } from '../../core/kernel/src/catalog/read-catalog.ts';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { openSession } from '../../core/kernel/src/db/session.ts';
import { ok, refusalIn } from '../../core/kernel/test/cli/support.ts';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { makeProject } from '../helper/project.ts';
import { hasRegistry, skipReason } from '../helper/registry.ts';
import { toolPackages, toolProjects, type ToolProject } from './adoption-projects.ts';

const run = promisify(execFile);

/** Reads the schema of a database, without the tables of migration tools, and the names in its customers. */
async function contentOf(
  target: DatabaseTarget,
): Promise<{ readonly catalog: Catalog; readonly rows: readonly unknown[] }> {
  const session = await openSession(target);
  try {
    const catalog = withoutTables(await catalogReader(session)(), journalTables(null));
    return { catalog, rows: await session.query('select * from customer order by id') };
  } finally {
    await session.close();
  }
}

describe.skipIf(!hasRegistry)(`a project that a tool has migrated${skipReason}`, () => {
  let packages: string;

  beforeAll(async () => {
    packages = join(inject('scratch'), 'migration-tools');
    mkdirSync(packages);
    writeFileSync(join(packages, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...toolPackages], { cwd: packages });
  });

  /** Writes the project of a tool, and lets the tool migrate a database. */
  async function migrate({ tool, files, generate }: ToolProject, database: DatabaseTarget): Promise<string> {
    const cwd = join(packages, tool);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true });
      writeFileSync(join(cwd, name), text);
    }
    symlinkSync(join(packages, 'node_modules'), join(cwd, 'node_modules'), 'junction');
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    if (generate !== undefined) await run(process.execPath, [...generate], { cwd });
    await run(process.execPath, ['migrate.mjs'], { cwd, env: { ...process.env, DATABASE_URL: urlOf(database) } });
    return cwd;
  }

  it.each(toolProjects)(
    'is adopted from $tool: nothing runs again, and a new database gets the same schema',
    async (sketch) => {
      const database = await emptyDatabase('postgres');
      const cwd = await migrate(sketch, database);
      const before = await contentOf(database);
      const plugins = { shop: { requiresCore: false } };
      const project = await makeProject({ plugins, database, config: { core: undefined } });
      const adopt = ['migrate:adopt', 'shop', '--from', sketch.tool, join(cwd, sketch.folder)];

      ok(await project.kernel(...adopt, '--files-only'));
      const files = readdirSync(join(project.folderOf('shop'), 'src/migrations'));
      expect(files).toHaveLength(sketch.migrations);
      expect(readFileSync(join(project.folderOf('shop'), 'src/migrations', files[0] ?? ''), 'utf8')).toContain(
        `/** Was the ${sketch.title} migration "`,
      );
      const refused = refusalIn(await project.kernel('migrate:up', '--json'));
      expect(refused).toMatchObject({ code: 'DATABASE_NOT_ADOPTED', details: { tool: sketch.tool, plugin: 'shop' } });

      const status = await project.kernel('migrate:status', '--json');
      expect(status.code).toBe(15);
      expect(status.json()).toMatchObject({
        error: { code: 'DATABASE_NOT_ADOPTED' },
        pending: expect.any(Array) as unknown,
      });

      expect(ok(await project.kernel(...adopt)).stdout).toContain(
        `${sketch.migrations} ${sketch.migrations === 1 ? 'revision' : 'revisions'} stamped as applied`,
      );
      expect(ok(await project.kernel('migrate:status')).stdout).toContain('Nothing is pending.');
      expect(ok(await project.kernel('migrate:up', '--json')).json()).toMatchObject({ applied: [] });
      const after = await contentOf(database);
      expect(schemaDifferences(before.catalog, after.catalog)).toEqual([]);
      expect(after.rows).toEqual(before.rows);

      const fresh = await emptyDatabase('postgres');
      project.reconfigure((config) => (config['database'] = urlOf(fresh)));
      ok(await project.kernel('migrate:up'));
      const made = await contentOf(fresh);
      expect(schemaDifferences(before.catalog, made.catalog)).toEqual([]);
      expect(made.rows.length).toBe(before.rows.length);
    },
  );
});
