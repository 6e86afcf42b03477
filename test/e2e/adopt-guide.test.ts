import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { unpackTemplate } from '../../core/kernel/src/db/template.ts';
import { installedPackage } from '../helper/installed-packages.ts';
import { followPage, linkInstalled, shellIn, type Run } from '../helper/page.ts';

const workspace = join(import.meta.dirname, '../..');
const page = join(workspace, 'docs/guide/adopt.md');

/** The page is followed in an application of its own, on the kernel as npm would install it. */
describe('the guide to adoption', () => {
  let cwd: string;
  let run: Run;

  const install = async (): Promise<void> => {
    linkInstalled(cwd);
    const modules = join(cwd, 'node_modules');
    mkdirSync(join(modules, '@headwater'));
    for (const name of ['kernel', 'dev', 'plugin-core']) {
      symlinkSync(installedPackage(inject('scratch'), name), join(modules, '@headwater', name));
    }
    mkdirSync(join(modules, '.bin'));
    symlinkSync('../@headwater/kernel/bin/kernel.js', join(modules, '.bin/kernel'));
    symlinkSync(realpathSync(join(workspace, 'node_modules/.bin/tsc')), join(modules, '.bin/tsc'));
  };

  beforeAll(async () => {
    cwd = join(realpathSync(inject('scratch')), 'adopt-guide');
    mkdirSync(cwd);
    run = shellIn(cwd);
    // The page's database, as MikroORM would make it in five seconds.
    await unpackTemplate(join(cwd, 'data'));
  });

  it('works from its first block to its last, and prints what it says', async () => {
    const { told, found } = await followPage({ page, cwd, run, install });
    expect(found).toEqual(told);
    expect(existsSync(join(cwd, 'shop/src/migrations/0002_create_orders.ts'))).toBe(true);
  }, 90_000);

  it('holds to the compiler settings of this repository', async () => {
    // The kernel that is installed for the tests has no types; the workspace's sources do.
    const core = join(cwd, 'node_modules/@headwater/kernel');
    rmSync(core);
    symlinkSync(join(workspace, 'core/kernel'), core);
    const settings = { extends: join(workspace, 'tsconfig.base.json'), compilerOptions: { noEmit: true } };
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ ...settings, include: ['shop/src'] }));
    expect(await run('tsc -p tsconfig.json')).toEqual({ code: 0, output: '' });
  });

  it('links only to pages that exist', () => {
    const links = Array.from(
      readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g),
      ([, link]) => link ?? '',
    );
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect(existsSync(join(dirname(page), link)), link).toBe(true);
  });
});
