import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ok } from '../../core/kernel/test/cli/support.ts';
import { databaseKinds, emptyDatabase, urlOf } from '../helper/database.ts';
import type { Finished } from '../helper/kernel-process.ts';
import { unpack } from '../helper/pack.ts';
import { makeProject, type Project } from '../helper/project.ts';

const workspace = join(import.meta.dirname, '../..');
const plugins = ['core', 'likes', 'comments'] as const;

/** The tarballs of the first release never change. See docs/compatibility.md. */
describe.each(databaseKinds)('plugins of the first release, on %s', (kind) => {
  let project: Project;
  let app: string;
  const kernel = (...words: readonly string[]): Promise<Finished> => project.kernelWith({ cwd: app }, ...words);

  beforeAll(async () => {
    project = await makeProject();
    app = join(project.cwd, 'app');
    const modules = join(app, 'node_modules');
    for (const name of plugins) {
      const file = join(workspace, `test/fixtures/release-1.0.0/headwater-plugin-${name}-1.0.0.tgz`);
      await unpack({ name, file }, join(modules, `@headwater/plugin-${name}`));
    }
    mkdirSync(modules, { recursive: true });
    symlinkSync(join(workspace, 'node_modules/zod'), join(modules, 'zod'), 'junction');
    const database = urlOf(await emptyDatabase(kind));
    const active = { database, core: '@headwater/plugin-core', plugins: { likes: { perMinute: 5 }, comments: {} } };
    project.write('app/package.json', '{ "name": "app", "private": true, "type": "module" }');
    project.write('app/config.json', JSON.stringify(active));
  });

  it('are planned, applied and started by this kernel', async () => {
    expect(ok(await kernel('migrate:plan')).stdout).toContain('likes@0002_count_on_object');
    const { applied, plugins: started } = ok(await kernel('start', '--once', '--json')).json() as {
      readonly applied: readonly string[];
      readonly plugins: readonly { readonly name: string }[];
    };
    expect(applied).toContain('comments@0002_create_reply');
    expect(started.map(({ name }) => name).toSorted()).toEqual(plugins.toSorted());
    expect(ok(await kernel('start', '--once', '--json')).json()).toMatchObject({ applied: [] });
  });

  it('are uninstalled by this kernel', async () => {
    ok(await kernel('plugin:uninstall', 'likes', '--apply'));
    expect(ok(await kernel('start', '--once', '--json')).json()).toMatchObject({ applied: [], dormant: [] });
  });
});
