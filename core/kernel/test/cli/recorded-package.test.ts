import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, type DatabaseKind } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { complaintIn, ok } from './support.ts';

const recorded = '@acme/forum-likes';
const plugins = { core: { revisions: { '0001_base': 'select 1' } }, likes: { revisions: { '0001_like': 'select 1' } } };

/** A project that has applied the plugin `likes` from a package with an unusual name, which is then removed. */
async function withoutPackage(kind: DatabaseKind): Promise<Project> {
  const project = await makeProject({ plugins, database: await emptyDatabase(kind) });
  const manifest = join(project.folderOf('likes'), 'package.json');
  project.write(
    'plugins/likes/package.json',
    readFileSync(manifest, 'utf8').replace('@headwater/plugin-likes', recorded),
  );
  const modules = join(project.cwd, 'node_modules');
  rmSync(join(modules, '@headwater/plugin-likes'));
  mkdirSync(join(modules, '@acme'));
  symlinkSync(project.folderOf('likes'), join(modules, recorded), 'junction');
  project.reconfigure((config) => (config.plugins['likes'] = { $package: recorded }));
  ok(await project.kernel('migrate:up'));
  rmSync(join(modules, recorded));
  project.reconfigure((config) => (config.plugins['likes'] = {}));
  return project;
}

describe.each(databaseKinds)('a plugin without its package, on %s', (kind) => {
  it('is named with the package that the ledger records, and how to install that', async () => {
    const project = await withoutPackage(kind);
    const shown = complaintIn(await project.kernel('migrate:status'), 12);
    expect(shown).toContain(`The ledger names the package ${recorded}.`);
    expect(shown).toContain(`npm install ${recorded}`);
    expect(shown).toContain(`"$package": "${recorded}"`);
    project.reconfigure((config) => delete config.plugins['likes']);
    expect((await project.kernel('plugin:enable', 'likes', '--json')).json()).toMatchObject({
      error: { code: 'PLUGIN_NOT_FOUND', details: { plugin: 'likes', recorded } },
    });
  });

  it('is named with the usual packages if there is no ledger, and creates nothing', async () => {
    const target = await emptyDatabase(kind);
    const project = await makeProject({ plugins: { core: plugins.core }, database: target });
    project.reconfigure((config) => (config.plugins['likes'] = {}));
    const shown = complaintIn(await project.kernel('migrate:status'), 12);
    expect(shown).toContain('@headwater/plugin-likes and headwater-plugin-likes');
    expect(shown).not.toContain('ledger');
    if (target.kind === 'pglite') expect(existsSync(target.directory ?? '')).toBe(false);
  });
});
