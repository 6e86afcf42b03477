import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { followPage, installIn, shellIn } from '../helper/page.ts';

const pages = join(import.meta.dirname, '../../docs/comparison');

const community = { 'community-main': 'main', 'headwater-plugin-likes': 'plugins/likes' };
const store = { 'store-main': 'main', 'headwater-plugin-loyalty': 'loyalty' };

it.each<[string, Readonly<Record<string, string>>]>([
  ['alembic', community],
  ['drizzle', store],
  ['knex', store],
  ['prisma', store],
  ['typeorm', store],
  ['umzug', store],
])('the comparison with %s shows the output of each step with Headwater', async (name, workspaces) => {
  const cwd = join(realpathSync(inject('scratch')), `comparison-${name}`);
  mkdirSync(cwd);
  const install = (): void => installIn(cwd, { workspaces });
  const page = join(pages, `${name}.md`);
  const { documented, printed } = await followPage({ page, cwd, run: shellIn(cwd), install, quotes: ['text', 'js'] });
  expect(printed).toEqual(documented);
});
