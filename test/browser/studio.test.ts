import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { open, type Kernel } from '@headwater/kernel';
import { defineRevision, sql } from '@headwater/kernel/plugin';
import { Http } from '@headwater/plugin-http';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorkload } from '../../bench/workload.ts';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { workloadPlugins } from '../helper/workload-plugins.ts';
import { chromiumPath, withoutChromium } from './chromium.ts';

const root = join(import.meta.dirname, '../..');
const all = workloadPlugins(makeWorkload(8, 10));
/** Its revisions can be reverted, so that they are pending. */
const extra = {
  revisions: [
    defineRevision({
      id: 'extra@0001_create_note',
      revises: null,
      dependsOn: ['core@r001'],
      up: sql`create table extra_note (entry_id bigint references core_entry (id), text text); -- one 'line' each`,
      down: sql`drop table extra_note;`,
    }),
    defineRevision({
      id: 'extra@0002_drop_text',
      revises: 'extra@0001_create_note',
      breaking: true,
      up: sql`alter table extra_note drop column text;`,
      down: sql`alter table extra_note add column text text default 'x';`,
    }),
  ],
};
const web = {
  http: { package: '@headwater/plugin-http', options: { port: 0 } },
  studio: { package: '@headwater/plugin-studio', options: { open: true } },
};
const paths = [
  '/studio',
  '/studio/plugins',
  '/studio/plugins/p005',
  '/studio/plugins/p008',
  '/studio/plugins/studio',
  '/studio/history',
  '/studio/history?plugin=p005&unfold=1',
  '/studio/history?q=r010&state=dormant',
  '/studio/history?q=nothing',
  '/studio/revisions/p005@r010',
  '/studio/revisions/extra@0002_drop_text',
  '/studio/plan',
  '/studio/runs',
  '/studio/live',
];

describe.skipIf(chromiumPath === null)(`Studio in a browser${withoutChromium}`, () => {
  let kernel: Kernel;
  let browser: Browser;
  let address: string;
  let database: string;
  /** Messages of the pages' consoles, such as violations of the content security policy. */
  const complaints: string[] = [];
  beforeAll(async () => {
    database = urlOf(await emptyDatabase('postgres'));
    await using before = await open({ config: { database }, plugins: { ...all, extra }, root });
    await before.upgrade();
    // p008 is dormant, and p007 is ahead of its code.
    const { p007, p008: _, ...others } = all;
    const older = p007 !== undefined && 'revisions' in p007 ? p007.revisions.slice(0, -1) : [];
    const plugins = { ...others, extra, p007: { revisions: older }, ...web };
    kernel = await open({ config: { database }, plugins, root });
    const app = await kernel.start();
    address = app.get(Http).address() ?? '';
    await before.downgrade('extra@base');
    // Root, as which continuous integration runs, has no sandbox.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args });
  });
  afterAll(async () => {
    await browser.close();
    await kernel.close();
  });

  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ baseURL: address, ...options });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  }

  test.each([360, 800, 1440])('has accessible pages that fit a width of %d pixels', async (width) => {
    const page = await openPage({ viewport: { width, height: 900 } });
    for (const path of paths) {
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBe(200);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)]),
        path,
      ).toEqual([]);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, `${path} is wider than the window`).toBeLessThanOrEqual(0);
    }
  });

  test('violates its content security policy nowhere', () => {
    expect(complaints).toEqual([]);
  });
});
