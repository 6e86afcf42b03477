import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { unpackDataDirectory } from '../../core/kernel/src/db/pglite-data-directory.ts';
import { followPage, installIn, shellIn, type Run } from '../helper/page.ts';

const workspace = join(import.meta.dirname, '../..');
const page = join(workspace, 'docs/guide/adopt.md');

/** Follows the page in a separate application, with our packages installed as npm would install them. */
describe('the guide to adoption', () => {
  let cwd: string;
  let run: Run;

  beforeAll(async () => {
    cwd = join(realpathSync(inject('scratch')), 'adopt-guide');
    mkdirSync(cwd);
    run = shellIn(cwd);
    // Creates the page's database in advance, since MikroORM itself would take five seconds.
    await unpackDataDirectory(join(cwd, 'data'));
  });

  it('works from the first block to the last, with the output that it shows', async () => {
    const { documented, printed } = await followPage({ page, cwd, run, install: () => installIn(cwd) });
    expect(printed).toEqual(documented);
    expect(existsSync(join(cwd, 'shop/src/migrations/0002_create_orders.ts'))).toBe(true);
  }, 90_000);

  it('compiles under the settings of this repository', async () => {
    // The kernel that is installed for the tests has no types; the sources of this workspace do.
    const core = join(cwd, 'node_modules/@headwater/kernel');
    rmSync(core);
    symlinkSync(join(workspace, 'core/kernel'), core);
    const settings = { extends: join(workspace, 'tsconfig.base.json'), compilerOptions: { noEmit: true } };
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ ...settings, include: ['shop/src'] }));
    expect(await run('tsc -p tsconfig.json')).toEqual({ code: 0, output: '' });
  });
});
