import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { unpackDataDirectory } from '../../core/kernel/src/db/pglite-data-directory.ts';
import { followPage, installIn, shellIn } from '../helper/page.ts';

const page = join(import.meta.dirname, '../../docs/guide/adopt-other-tools.md');

it('the guide to other migration tools shows the output of each step', async () => {
  const cwd = join(realpathSync(inject('scratch')), 'adopt-other-tools');
  mkdirSync(cwd);
  // Creates the databases of the page in advance, since PGlite itself would take five seconds for each.
  await unpackDataDirectory(join(cwd, 'data'));
  await unpackDataDirectory(join(cwd, 'legacy-data'));
  const { documented, printed } = await followPage({ page, cwd, run: shellIn(cwd), install: () => installIn(cwd) });
  expect(printed).toEqual(documented);
}, 120_000);
