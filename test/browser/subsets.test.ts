import { AxeBuilder } from '@axe-core/playwright';
import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { Http } from '@headwater/plugin-http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../helper/database.ts';
import { chromiumPath, launchChromium, withoutChromium } from './chromium.ts';

const optional = ['likes', 'comments', 'messages'] as const;
const sets = Array.from({ length: 2 ** optional.length }, (_, set) => ({
  active: optional.filter((_, bit) => (set & (1 << bit)) !== 0),
}));

describe.skipIf(chromiumPath === null)(`the site in a browser, by its plugins${withoutChromium}`, () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launchChromium()));
  afterAll(() => browser.close());

  test.each(sets)('shows the parts of $active, and nothing broken', async ({ active }) => {
    const plugins = ['./app', 'accounts', 'site', 'http', ...active];
    const config = { http: { port: 0 } };
    const kernel: TestKernel = await startTestKernel({ plugins, config, database: testDatabase('postgres') });
    const context = await browser.newContext({ baseURL: kernel.get(Http).address() ?? '' });
    try {
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));

      await page.goto('/sign-up');
      await page.getByLabel('Name').fill('ada');
      await page.getByLabel('Password').fill('correct horse battery');
      await page.getByRole('button', { name: 'Create the account' }).click();
      await page.getByRole('link', { name: 'ada' }).waitFor();
      await page.goto('/submit');
      await page.getByLabel('Title').fill('A river');
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.getByRole('heading', { name: 'A river' }).waitFor();

      const has = (name: (typeof optional)[number]): number => (active.includes(name) ? 1 : 0);
      expect(await page.locator('article .heart').count()).toBe(has('likes'));
      expect(await page.getByLabel('Your comment').count()).toBe(has('comments'));
      expect(await page.getByRole('link', { name: 'Messages' }).count()).toBe(has('messages'));
      if (active.includes('likes')) {
        await page.locator('article .heart').click();
        await page.locator('article .heart[aria-pressed=true]').waitFor();
      }
      for (const path of ['/', new URL(page.url()).pathname]) {
        await page.goto(path);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.map(({ id }) => id),
          path,
        ).toEqual([]);
      }
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
      await kernel.stop();
    }
  });
});
