import { join } from 'node:path';
import { run as seed } from '../../app/src/seed-command.ts';
import { startTestKernel } from '@headwater/dev/testing';
import { Http } from '@headwater/plugin-http';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { testDatabase } from '../helper/database.ts';
import { chromiumPath, withoutChromium } from './chromium.ts';

const folder = join(import.meta.dirname, '../../docs/images');
const plugins = ['./app', 'likes', 'comments', 'messages', 'moderation', 'accounts', 'site', 'http'];
const isAsked = process.env['PICTURES'] !== undefined;
const reason = chromiumPath !== null && !isAsked ? ' (skipped: the variable PICTURES is not set)' : withoutChromium;

test.skipIf(!isAsked || chromiumPath === null)(
  `takes the pictures of the site for the documentation${reason}`,
  async () => {
    // The entities of the command are those of the test's module graph.
    const load = (url: string): Promise<unknown> => import(url) as Promise<unknown>;
    const config = { http: { port: 0 } };
    await using kernel = await startTestKernel({ plugins, config, database: testDatabase('postgres'), import: load });
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const { signal } = new AbortController();
    await kernel.run(() => seed({ get: kernel.get, log, operands: [], values: {}, signal }));
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args });
    const baseURL = kernel.get(Http).address() ?? '';
    for (const [name, width, height, colorScheme] of [
      ['site-light', 900, 560, 'light'],
      ['site-dark', 900, 560, 'dark'],
      ['site-phone', 360, 640, 'light'],
    ] as const) {
      const page = await browser.newPage({ baseURL, colorScheme, viewport: { width, height } });
      await page.goto('/sign-up');
      await page.getByLabel('Name').fill(`river${width}${colorScheme}`);
      await page.getByLabel('Password').fill('correct horse battery');
      await page.getByRole('button', { name: 'Create the account' }).click();
      await page.locator('.heart').first().click();
      await page.locator('.heart[aria-pressed=true]').first().waitFor();
      if (colorScheme === 'dark') {
        await page
          .locator('.details a')
          .filter({ hasText: /[1-9]\d* comments/ })
          .first()
          .click();
        await page.locator('.thread').first().waitFor();
      }
      await page.mouse.move(0, 0);
      await page.evaluate('scrollTo(0, 0)');
      const picture = await page.screenshot({ path: join(folder, `${name}.png`) });
      // An empty page takes less.
      expect(picture.length).toBeGreaterThan(10_000);
    }
    await browser.close();
  },
);
