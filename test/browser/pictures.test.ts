import { run as seed } from '../../app/src/seed-command.ts';
import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { Accounts } from '@headwater/plugin-accounts';
import { Users } from '@headwater/plugin-core';
import { Http } from '@headwater/plugin-http';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../helper/database.ts';
import { chromiumPath, withoutChromium } from './chromium.ts';
import { emptyPage, isAskedForPictures, takePicture } from './picture.ts';

const plugins = ['./app', 'likes', 'comments', 'messages', 'moderation', 'accounts', 'site', 'studio', 'http'];
const config = { http: { port: 0 }, accounts: { signUpsPerHour: 1000 } };
const reason = chromiumPath !== null && !isAskedForPictures ? ' (skipped: PICTURES is not set)' : withoutChromium;

describe.skipIf(!isAskedForPictures || chromiumPath === null)(`the pictures of the documentation${reason}`, () => {
  let kernel: TestKernel;
  let browser: Browser;
  beforeAll(async () => {
    // The entities of the command are those of the test's module graph.
    const load = (url: string): Promise<unknown> => import(url) as Promise<unknown>;
    kernel = await startTestKernel({ plugins, config, database: testDatabase('postgres'), import: load });
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const { signal } = new AbortController();
    await kernel.run(() => seed({ get: kernel.get, log, operands: [], values: {}, signal }));
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args });
  });
  afterAll(async () => {
    await browser.close();
    await kernel.stop();
  });

  /** Opens the front page as a user who likes the first story. */
  async function signUp(name: string, options: BrowserContextOptions): Promise<Page> {
    const page = await browser.newPage({ baseURL: kernel.get(Http).address() ?? '', ...options });
    await page.goto('/sign-up');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.locator('.heart').first().click();
    await page.locator('.heart[aria-pressed=true]').first().waitFor();
    return page;
  }

  async function makeAdmin(name: string): Promise<void> {
    await kernel.run(async () => {
      const { id } = await kernel.get(Users).byName(name);
      await kernel.get(Accounts).setRole(id, 'admin');
    });
  }

  test.each([
    ['site-light', 900, 560, 'light'],
    ['site-dark', 900, 560, 'dark'],
    ['site-phone', 360, 640, 'light'],
  ] as const)('%s', async (picture, width, height, colorScheme) => {
    const page = await signUp(picture.replace('site-', 'river'), { colorScheme, viewport: { width, height } });
    if (colorScheme === 'dark') await openDiscussion(page);
    expect(await takePicture(page, picture)).toBeGreaterThan(emptyPage);
  });

  test.each([
    ['studio-history', '/studio/history'],
    ['studio-plugins', '/studio/plugins'],
    ['studio-revision', '/studio/revisions/likes@0002_count_on_object'],
  ] as const)('%s', async (picture, path) => {
    const page = await signUp(picture, { viewport: { width: 1200, height: 700 } });
    await makeAdmin(picture);
    await page.goto(path);
    expect(await takePicture(page, picture)).toBeGreaterThan(emptyPage);
  });

  describe.each(['light', 'dark'] as const)('in %s colors', (colorScheme) => {
    test.each([360, 800, 1440])('at a width of %d pixels', async (width) => {
      const name = `wide${width}${colorScheme}`;
      const page = await signUp(name, { colorScheme, viewport: { width, height: 800 } });
      await makeAdmin(name);
      const take = async (picture: string): Promise<void> => {
        expect(await takePicture(page, `widths/${picture}-${width}-${colorScheme}`)).toBeGreaterThan(emptyPage);
      };
      await page.goto('/');
      await take('front');
      await openDiscussion(page);
      await take('story');
      await page.goto('/messages/ada');
      await take('messages');
      await page.goto('/studio/history');
      await take('history');
      await page.goto('/studio/plugins');
      await take('plugins');
    });
  });
});

/** Opens the first story that has comments. */
async function openDiscussion(page: Page): Promise<void> {
  await page
    .locator('.details a')
    .filter({ hasText: /[1-9]\d* comments/ })
    .first()
    .click();
  await page.locator('.thread').first().waitFor();
}
