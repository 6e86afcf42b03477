import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { installedPackage } from '../helper/installed-packages.ts';
import { followPage, linkInstalled, shellIn } from '../helper/page.ts';

const workspace = join(import.meta.dirname, '../..');
const page = join(workspace, 'docs/comparison/alembic.md');

describe('the comparison with Alembic', () => {
  it('shows what Headwater does, step by step', async () => {
    const cwd = join(realpathSync(inject('scratch')), 'comparison');
    mkdirSync(cwd);
    const install = async (): Promise<void> => {
      linkInstalled(cwd);
      const modules = join(cwd, 'node_modules');
      mkdirSync(join(modules, '.bin'));
      mkdirSync(join(modules, '@headwater'));
      for (const name of ['kernel', 'dev', 'plugin-core']) {
        symlinkSync(installedPackage(inject('scratch'), name), join(modules, '@headwater', name));
      }
      symlinkSync('../@headwater/kernel/bin/kernel.js', join(modules, '.bin/kernel'));
      symlinkSync('../main', join(modules, 'community-main'));
      symlinkSync('../plugins/likes', join(modules, 'headwater-plugin-likes'));
    };
    const { told, found } = await followPage({ page, cwd, run: shellIn(cwd), install, quotes: ['text'] });
    expect(found).toEqual(told);
  }, 120_000);

  it('links only to pages that exist', () => {
    const text = readFileSync(page, 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      expect(existsSync(join(dirname(page), link)), link).toBe(true);
    }
  });
});
