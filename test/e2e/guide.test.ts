import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { testDatabase } from '../helper/database.ts';
import { runKernel } from '../helper/kernel-process.ts';
import { followPage, installIn, shellIn, type Run } from '../helper/page.ts';

const workspace = join(import.meta.dirname, '../..');
const page = join(workspace, 'docs/guide/first-plugin.md');
const tarball = 'headwater-plugin-bookmarks-1.0.0.tgz';

/** Follows the page in a separate application, with our packages installed as npm would install them. */
describe('the guide to a first plugin', () => {
  let cwd: string;
  let run: Run;

  // Packing is tested elsewhere, with the published packages.
  const install = (): void =>
    installIn(cwd, { typed: true, workspaces: { 'headwater-plugin-bookmarks': 'plugins/bookmarks' } });

  beforeAll(() => {
    cwd = join(realpathSync(inject('scratch')), 'guide');
    mkdirSync(cwd);
    run = shellIn(cwd);
  });

  it('works from the first block to the last, with the output that it shows', async () => {
    const { documented, printed } = await followPage({ page, cwd, run, install });
    expect(printed).toEqual(documented);
  }, 90_000);

  it('compiles under the settings of this repository', async () => {
    const options = { noEmit: true, customConditions: [] };
    const extend = join(workspace, 'tsconfig.base.json');
    writeFileSync(
      join(cwd, 'tsconfig.json'),
      JSON.stringify({ extends: extend, compilerOptions: options, include: ['plugins'] }),
    );
    expect(await run('tsc -p tsconfig.json')).toEqual({ code: 0, output: '' });
  });

  it('has a test that also passes on a real PostgreSQL', async () => {
    const env = { HEADWATER_TEST_DATABASE: testDatabase('postgres') };
    const done = await run('node --test plugins/bookmarks/test/bookmarks.test.ts', env);
    expect(done, done.output).toMatchObject({ code: 0 });
  });

  it('packs a plugin that, once installed, continues from the state that its sources reached', async () => {
    const installed = join(cwd, 'node_modules/headwater-plugin-bookmarks');
    rmSync(installed);
    mkdirSync(installed);
    expect(await run(`tar -xf ${tarball} -C ${installed} --strip-components=1`)).toMatchObject({ code: 0 });
    expect(existsSync(join(installed, 'src'))).toBe(false);
    const packageJson = await run(`cat ${join(installed, 'package.json')}`);
    expect(packageJson.output).not.toContain('headwater-source');
    expect(await run('kernel plugin:enable bookmarks')).toMatchObject({ code: 0 });
    const done = await runKernel(['start', '--once', '--json'], { cwd, bin: join(cwd, 'node_modules/.bin/kernel') });
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.json()).toMatchObject({ applied: [] });
  });
});
