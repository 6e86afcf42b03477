import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { testDatabase } from '../helper/database.ts';
import { runKernel } from '../helper/kernel-process.ts';
import { followPage, linkInstalled, shellIn, type Run } from '../helper/page.ts';

const workspace = join(import.meta.dirname, '../..');
const page = join(workspace, 'docs/guide/first-plugin.md');
const packages = [
  ['kernel', 'core/kernel', ['bin', 'dist', 'package.json']],
  ['dev', 'core/dev', ['dist', 'package.json']],
  ['plugin-core', 'plugins/core', ['dist', 'package.json']],
] as const;
const tarball = 'headwater-plugin-bookmarks-1.0.0.tgz';

/** The page is followed in an application of its own, on the kernel as npm would install it. */
describe('the guide to a first plugin', () => {
  const text = readFileSync(page, 'utf8');
  let cwd: string;
  let run: Run;

  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), content);
  };

  /** The kernel that was built, and links to what it needs: what `npm install` would fetch, without a network. */
  const install = async (): Promise<void> => {
    const modules = join(cwd, 'node_modules');
    mkdirSync(join(modules, '.bin'), { recursive: true });
    // Packing itself is tested with the published packages.
    for (const [name, folder, parts] of packages) {
      mkdirSync(join(modules, '@headwater', name), { recursive: true });
      for (const part of parts) {
        cpSync(join(workspace, folder, part), join(modules, '@headwater', name, part), { recursive: true });
      }
    }
    linkInstalled(cwd);
    symlinkSync('../plugins/bookmarks', join(modules, 'headwater-plugin-bookmarks'));
    symlinkSync('../@headwater/kernel/bin/kernel.js', join(modules, '.bin/kernel'));
    symlinkSync(realpathSync(join(workspace, 'node_modules/.bin/tsc')), join(modules, '.bin/tsc'));
  };

  beforeAll(() => {
    cwd = join(realpathSync(inject('scratch')), 'guide');
    mkdirSync(cwd);
    run = shellIn(cwd);
  });

  it('works from its first block to its last, and prints what it says', async () => {
    const { told, found } = await followPage({ page, cwd, run, install });
    expect(found).toEqual(told);
  }, 90_000);

  it('holds to the compiler settings of this repository', async () => {
    const options = { noEmit: true, customConditions: [] };
    const extend = join(workspace, 'tsconfig.base.json');
    write('tsconfig.json', JSON.stringify({ extends: extend, compilerOptions: options, include: ['plugins'] }));
    expect(await run('tsc -p tsconfig.json')).toEqual({ code: 0, output: '' });
  });

  it('has a test that passes on a real PostgreSQL too', async () => {
    const env = { HEADWATER_TEST_DATABASE: testDatabase('postgres') };
    const done = await run('node --test plugins/bookmarks/test/bookmarks.test.ts', env);
    expect(done, done.output).toMatchObject({ code: 0 });
  });

  it('packs a plugin that goes on, once installed, where its sources were', async () => {
    const installed = join(cwd, 'node_modules/headwater-plugin-bookmarks');
    rmSync(installed);
    mkdirSync(installed);
    expect(await run(`tar -xf ${tarball} -C ${installed} --strip-components=1`)).toMatchObject({ code: 0 });
    expect(existsSync(join(installed, 'src'))).toBe(false);
    expect(await run('kernel plugin:enable bookmarks')).toMatchObject({ code: 0 });
    const done = await runKernel(['start', '--once', '--json'], { cwd, bin: join(cwd, 'node_modules/.bin/kernel') });
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.json()).toMatchObject({ applied: [] });
  });

  it('links only to pages that exist', () => {
    const links = Array.from(text.matchAll(/\]\((?!https?:)([^)#]+)\)/g), ([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect(existsSync(join(dirname(page), link)), link).toBe(true);
  });
});
