import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../helper/database.ts';
import { runKernel } from '../helper/kernel-process.ts';

const workspace = join(import.meta.dirname, '../..');
const published = ['core', 'plugins/likes', 'plugins/comments', 'plugins/messages'] as const;

/**
 * The packages as npm would publish them: packed from what the build made, and unpacked into a project's node_modules.
 * What they depend on is linked, so that nothing is fetched.
 */
describe('packages that were packed and installed', () => {
  let cwd: string;
  let bin: string;

  beforeAll(() => {
    cwd = join(inject('scratch'), 'published');
    const modules = join(cwd, 'node_modules');
    mkdirSync(join(modules, '@headwater'), { recursive: true });
    for (const folder of published) {
      const args = ['pack', '--json', '--silent', '--pack-destination', cwd];
      const out = execFileSync('npm', args, { cwd: join(workspace, folder), encoding: 'utf8' });
      const [packed] = Object.values(JSON.parse(out) as Record<string, { name: string; filename: string }>);
      const target = join(modules, packed?.name ?? '');
      mkdirSync(target, { recursive: true });
      execFileSync('tar', ['xf', join(cwd, packed?.filename ?? ''), '-C', target, '--strip-components=1']);
    }
    for (const name of readdirSync(join(workspace, 'node_modules'))) {
      if (name !== '@headwater' && !name.startsWith('.'))
        symlinkSync(join(workspace, 'node_modules', name), join(modules, name));
    }
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'site', private: true, type: 'module' }));
    bin = join(modules, '@headwater/core/bin/kernel.js');
  }, 60_000);

  it('hold what was built, the manifest included, and no sources', () => {
    for (const name of ['core', 'plugin-likes', 'plugin-comments', 'plugin-messages']) {
      const folder = join(cwd, 'node_modules/@headwater', name);
      expect(existsSync(join(folder, 'dist/headwater.json')), name).toBe(true);
      expect(existsSync(join(folder, 'src')), name).toBe(false);
    }
  });

  it.each(databaseKinds)('boot on %s from their manifests, and have nothing to do the second time', async (kind) => {
    const target = await emptyDatabase(kind);
    const plugins = { likes: {}, comments: {}, messages: {} };
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database: urlOf(target), plugins }));
    const list = await runKernel(['plugin:list', '--json'], { cwd, bin });
    const { plugins: found } = list.json() as { plugins: readonly { state: string; from: string }[] };
    expect(found.filter(({ state }) => state === 'active').map(({ from }) => from)).toEqual(Array(4).fill('built'));
    const first = await runKernel(['start', '--once', '--json'], { cwd, bin });
    expect(first, first.stdout + first.stderr).toMatchObject({ code: 0 });
    expect((first.json() as { applied: readonly string[] }).applied).toHaveLength(10);
    const second = await runKernel(['start', '--once', '--json'], { cwd, bin });
    expect(second.json()).toMatchObject({ applied: [] });
  });

  it('make the same plan as the sources they were built from', async () => {
    const target = await emptyDatabase('postgres');
    const plugins = { likes: {}, comments: {}, messages: {} };
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database: urlOf(target), plugins }));
    const built = await runKernel(['migrate:up', '--json'], { cwd, bin });
    expect(built, built.stdout + built.stderr).toMatchObject({ code: 0 });
    const config = { database: urlOf(target), plugins };
    const linked = join(inject('scratch'), 'linked');
    mkdirSync(join(linked, 'node_modules/@headwater'), { recursive: true });
    symlinkSync(join(workspace, 'core'), join(linked, 'node_modules/@headwater/core'));
    for (const name of Object.keys(plugins)) {
      symlinkSync(join(workspace, 'plugins', name), join(linked, `node_modules/@headwater/plugin-${name}`));
    }
    writeFileSync(join(linked, 'package.json'), '{ "private": true }');
    writeFileSync(join(linked, 'config.json'), JSON.stringify(config));
    // Sources on a database that the built packages migrated: nothing to do, and no drift.
    const sources = await runKernel(['migrate:up', '--json'], { cwd: linked });
    expect(sources, sources.stdout + sources.stderr).toMatchObject({ code: 0 });
    expect(sources.json()).toMatchObject({ applied: [] });
  });

  it('are refused as damaged where a manifest was edited by hand', async () => {
    const file = join(cwd, 'node_modules/@headwater/plugin-likes/dist/headwater.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('create table', 'create  table'));
    const refused = await runKernel(['config:check', '--json'], { cwd, bin });
    writeFileSync(file, text);
    expect(refused).toMatchObject({ code: 13 });
    expect(refused.json()).toMatchObject({ error: { code: 'MANIFEST_INVALID' } });
  });
});
