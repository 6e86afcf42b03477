import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { followPage, installIn, shellIn } from '../helper/page.ts';

const page = join(import.meta.dirname, '../../docs/comparison/alembic.md');

it('the comparison with Alembic shows the output of each step with Headwater', async () => {
  const cwd = join(realpathSync(inject('scratch')), 'comparison');
  mkdirSync(cwd);
  const workspaces = { 'community-main': 'main', 'headwater-plugin-likes': 'plugins/likes' };
  const install = (): void => installIn(cwd, { workspaces });
  const { documented, printed } = await followPage({ page, cwd, run: shellIn(cwd), install, quotes: ['text'] });
  expect(printed).toEqual(documented);
});
