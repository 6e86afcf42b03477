import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import pg from 'pg';
import { databaseContent } from '../../../../test/helper/database-content.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { community, ok, openTrap, refusalIn, serverDatabase } from './support.ts';

const hasPsql = spawnSync('psql', ['--version']).status === 0;

/** A plan of 300 revisions on three branches that depend on each other. */
function longPlan(): Readonly<Record<string, PluginSketch>> {
  const branch = (plugin: string, needs: string | null): PluginSketch => ({
    revisions: Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => {
        const slug = `r${String(i).padStart(3, '0')}`;
        const up =
          i % 10 === 0
            ? `create table ${plugin}_t${i} (id serial primary key)`
            : `alter table ${plugin}_t${i - (i % 10)} add column c${i} text default 'it''s ${i}'`;
        return [slug, { up, ...(needs !== null && { dependsOn: [`${needs}@${slug}`] }) }];
      }),
    ),
  });
  return { core: branch('core', null), likes: branch('likes', 'core'), lists: branch('lists', 'core') };
}

async function contentOf(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const query = async (text: string): Promise<readonly Record<string, unknown>[]> => {
      const { rows } = await client.query<Record<string, unknown>>(text);
      return rows;
    };
    const ledger = await query(
      `select plugin, slug, revises, depends_on, raw, breaking, up, down, package, package_version, objects
        from kernel.ledger order by plugin, slug`,
    );
    return { ...(await databaseContent(query)), ledger };
  } finally {
    await client.end();
  }
}

/** Upgrades the database of a new project, and returns the project and its content. */
async function upgraded(
  plugins: Readonly<Record<string, PluginSketch>>,
): Promise<{ project: Project; content: unknown }> {
  const { target, url } = await serverDatabase();
  const project = await makeProject({ plugins, database: target });
  ok(await project.kernel('migrate:up'));
  return { project, content: await contentOf(url.href) };
}

describe('kernel migrate:sql', () => {
  it('leaves the ledger and the catalog of migrate:up, with 300 revisions, in one simple query', async () => {
    const { project, content } = await upgraded(longPlan());
    const script = ok(await project.kernel('migrate:sql')).stdout;
    expect(script).toMatch(/^-- Upgrade, 300 revisions\.\n-- Run it: psql /);
    const { url } = await serverDatabase();
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(script);
    await client.end();
    expect(await contentOf(url.href)).toEqual(content);
  }, 120_000);

  it.skipIf(!hasPsql)(
    'does the same with psql, also outside a transaction (skipped without psql on the PATH)',
    async () => {
      const { core, ...others } = longPlan();
      const check =
        "check: sql`select exists (select from pg_index where indexrelid = to_regclass('core_i') and indisvalid)`";
      const index = {
        up: 'create index concurrently core_i on core_t0 (c1)',
        down: 'drop index concurrently core_i',
        fields: `transaction: false, ${check}`,
      };
      const { project, content } = await upgraded({
        core: { revisions: { ...core?.revisions, z_index: index } },
        ...others,
      });
      const script = ok(await project.kernel('migrate:sql')).stdout;
      project.write('plan.sql', script);
      const { url } = await serverDatabase();
      const psql = (file: string): unknown =>
        execFileSync('psql', [url.href, '-v', 'ON_ERROR_STOP=1', '-q', '-f', join(project.cwd, file)], {
          stdio: 'pipe',
        });
      psql('plan.sql');
      expect(await contentOf(url.href)).toEqual(content);
      project.write('down.sql', ok(await project.kernel('migrate:sql', '--down', 'core@r099')).stdout);
      psql('down.sql');
      expect(JSON.stringify(await contentOf(url.href))).not.toContain('core_i');
    },
    120_000,
  );

  it('connects only with --current, and explains a wrong range', async () => {
    const trap = await openTrap();
    const project = await makeProject({ plugins: community, database: trap.url });
    const document = ok(await project.kernel('migrate:sql', 'likes@0001:', '--json')).json();
    expectPublished('migrate:sql', document);
    expect(document).toMatchObject({ direction: 'up', revisions: { length: 4 } });
    expect(ok(await project.kernel('migrate:sql', 'core@0001')).stdout).toContain(
      '-- 1 of 1: core@0001_create_objects, up\n',
    );
    expect(ok(await project.kernel('migrate:sql', 'heads:')).stdout).toBe('-- Nothing to do.\n');
    expect(ok(await project.kernel('migrate:sql', '--down', 'likes@0001')).stdout).toContain(
      'likes@0002_count_on_object, down',
    );
    for (const args of [['a:b:c'], ['likes:', '--current'], ['--down', 'likes@base', 'x'], ['--cascade']]) {
      expect(refusalIn(await project.kernel('migrate:sql', ...args, '--json'))).toMatchObject({ code: 'USAGE' });
    }
    expect(trap.calls()).toBe(0);
    expect(refusalIn(await project.kernel('migrate:sql', '--current', '--json'))).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });
  });
});
