import { randomUUID } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { Accounts } from '@headwater/plugin-accounts';
import { Users } from '@headwater/plugin-core';
import { Http } from '@headwater/plugin-http';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../helper/database.ts';
import { chromiumPath, launchChromium, withoutChromium } from './chromium.ts';

const password = 'correct horse battery';
const plugins = ['./app', 'likes', 'comments', 'messages', 'moderation', 'accounts', 'site', 'http'];
const config = { http: { port: 0 }, accounts: { signUpsPerHour: 1000, signInsPerMinute: 1000 } };

describe.skipIf(chromiumPath === null)(`the site in a browser${withoutChromium}`, () => {
  let kernel: TestKernel;
  let browser: Browser;
  let address: string;
  /** Messages of the pages' consoles, such as violations of the content security policy. */
  const complaints: string[] = [];
  beforeAll(async () => {
    kernel = await startTestKernel({ plugins, config, database: testDatabase('postgres') });
    address = kernel.get(Http).address() ?? '';
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await kernel.stop();
  });

  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ baseURL: address, ...options });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  }

  /** Creates an account by the form. */
  async function signUp(options?: BrowserContextOptions): Promise<{ readonly page: Page; readonly name: string }> {
    const page = await openPage(options);
    const name = `user-${randomUUID().slice(0, 8)}`;
    await page.goto('/sign-up');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByRole('link', { name }).waitFor();
    return { page, name };
  }

  async function submitStory(page: Page, title: string): Promise<void> {
    await page.goto('/submit');
    await page.getByLabel('Title').fill(title);
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByRole('heading', { name: title }).waitFor();
  }

  async function comment(page: Page, text: string): Promise<void> {
    await page.getByLabel('Your comment').fill(text);
    await page.getByRole('button', { name: 'Publish' }).first().click();
    await page.locator('#comments').getByText(text).waitFor();
  }

  async function message(page: Page, to: string): Promise<void> {
    await page.goto(`/messages/${to}`);
    await page.getByLabel('Subject').fill('Hello');
    await page.getByLabel('Message', { exact: true }).fill('How are you?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('article').getByText('How are you?').waitFor();
  }

  test.each([true, false])('serves a community, with script: %j', async (javaScriptEnabled) => {
    const title = `A river ${randomUUID()}`;
    const [ada, grace] = [await signUp({ javaScriptEnabled }), await signUp({ javaScriptEnabled })];
    await submitStory(ada.page, title);
    await comment(ada.page, 'Which one?');
    const path = new URL(ada.page.url()).pathname;

    await grace.page.goto(path);
    await grace.page.locator('#comments').getByText('Reply', { exact: true }).click();
    await grace.page.getByLabel('Your reply').fill('That one.');
    await grace.page.locator('#comments li').getByRole('button', { name: 'Publish' }).click();
    await grace.page.locator('.thread .thread').getByText('That one.').waitFor();

    const like = (page: Page) => page.locator('article').getByRole('button', { name: 'like' }).click();
    await ada.page.goto(path);
    await Promise.all([like(ada.page), like(grace.page)]);
    for (const { page } of [ada, grace]) {
      await page.locator('article [aria-pressed=true]').waitFor();
      await page.goto(path);
      expect(await page.locator('article .heart').textContent()).toMatch(/2\s*likes/);
    }
    await like(ada.page);
    await ada.page.locator('article [aria-pressed=false]').waitFor();

    await ada.page.goto(`/users/${grace.name}`);
    await ada.page.getByRole('link', { name: 'Write a message' }).click();
    await ada.page.waitForURL(`**/messages/${grace.name}`);
    await message(ada.page, grace.name);
    await grace.page.goto('/');
    await grace.page.getByRole('link', { name: 'Messages 1' }).click();
    await grace.page.getByRole('link', { name: `${ada.name} Hello` }).click();
    await grace.page.getByText('How are you?').waitFor();

    await kernel.run(async () => {
      const { id } = await kernel.get(Users).byName(grace.name);
      await kernel.get(Accounts).setRole(id, 'moderator');
    });
    await grace.page.goto(path);
    await grace.page.locator('article').getByText('Hide').first().click();
    await grace.page.locator('article').getByLabel('Reason').fill('It is spam.');
    await grace.page.locator('article').getByRole('button', { name: 'Hide' }).click();
    await grace.page.waitForURL('**/moderation');
    expect((await ada.page.goto(path))?.status()).toBe(404);
    await grace.page.getByText('Restore').first().click();
    const reason = `It is not. ${randomUUID()}`;
    await grace.page.getByLabel('Reason').first().fill(reason);
    await grace.page.getByRole('button', { name: 'Restore' }).first().click();
    await grace.page.getByText(reason).waitFor();
    expect((await ada.page.goto(path))?.status()).toBe(200);
    await ada.page.getByRole('button', { name: 'Sign out' }).click();
    await ada.page.getByRole('link', { name: 'Sign in' }).waitFor();
  });

  test('likes a story without loading another page', async () => {
    const { page } = await signUp();
    await submitStory(page, `A river ${randomUUID()}`);
    await page.goto('/newest');
    await page.evaluate('globalThis.isSamePage = true');
    await page.locator('.heart').first().click();
    await page.locator('.heart[aria-pressed=true]').first().waitFor();
    expect(await page.evaluate('globalThis.isSamePage')).toBe(true);
    expect(await page.evaluate('document.activeElement.className')).toContain('heart');
  });

  test('shows why a form is refused beside the form, and keeps its text', async () => {
    const page = await openPage();
    await page.goto('/sign-in');
    await page.getByLabel('Name').fill('nobody');
    await page.getByLabel('Password').fill(password);
    await page.locator('main').getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('wrong');
    expect(await page.getByLabel('Name').inputValue()).toBe('nobody');
  });

  describe.each(['light', 'dark'] as const)('in %s colors', (colorScheme) => {
    test.each([360, 800, 1440])('has accessible pages that fit a width of %d pixels', async (width) => {
      const { page, name } = await signUp({ colorScheme, viewport: { width, height: 800 } });
      await kernel.run(async () => {
        const { id } = await kernel.get(Users).byName(name);
        await kernel.get(Accounts).setRole(id, 'admin');
      });
      await submitStory(page, `A river with a very long ${'and wide '.repeat(8)}title`);
      await comment(page, `A word${'wordword'.repeat(30)} and others.`);
      const story = new URL(page.url()).pathname;
      const other = await signUp();
      await message(page, other.name);
      const visitor = await openPage({ colorScheme, viewport: { width, height: 800 } });
      const visited: readonly (readonly [Page, readonly string[]])[] = [
        [
          page,
          ['/', '/newest', '/submit', story, `/users/${name}`, '/messages', `/messages/${other.name}`, '/moderation'],
        ],
        [visitor, ['/', story, `/users/${name}`, '/sign-in', '/sign-up', '/submit', '/nothing']],
      ];
      for (const [browsed, path] of visited.flatMap(([by, paths]) => paths.map((path) => [by, path] as const))) {
        await browsed.goto(path);
        expect(await violationsOf(browsed), path).toEqual([]);
        const overflow = await browsed.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow, `${path} is wider than the window`).toBeLessThanOrEqual(0);
      }
      await visitor.goto('/sign-in');
      await visitor.getByLabel('Name').fill('nobody');
      await visitor.getByLabel('Password').fill(password);
      await visitor.locator('main').getByRole('button', { name: 'Sign in' }).click();
      await visitor.getByRole('alert').waitFor();
      expect(await violationsOf(visitor), 'a form with an error').toEqual([]);
    });
  });

  test('can be used with a keyboard alone', async () => {
    const page = await openPage();
    const keys = page.keyboard;
    /** Moves the focus forward until it is on an element with this text or label, and activates it. */
    const press = async (name: string): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        await keys.press('Tab');
        const focused = `document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent`;
        if (
          String(await page.evaluate(focused))
            .trim()
            .startsWith(name)
        ) {
          const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
          expect(outline, `the focus on ${name} is visible`).toBe('solid');
          return;
        }
      }
      throw new Error(`the focus did not reach ${name}`);
    };
    const name = `user-${randomUUID().slice(0, 8)}`;
    const title = `A river ${randomUUID()}`;
    await page.goto('/sign-up');
    await press('Skip to content');
    await keys.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await press('Name');
    await keys.type(name);
    await press('Password');
    await keys.type(password);
    await keys.press('Enter');
    await page.getByRole('link', { name }).waitFor();
    await press('Submit');
    await keys.press('Enter');
    await page.waitForURL('**/submit');
    await press('Title');
    await keys.type(title);
    await keys.press('Enter');
    await page.getByRole('heading', { name: title }).waitFor();
    await press('♡');
    await keys.press('Space');
    await page.locator('article [aria-pressed=true]').waitFor();
    await press('Your comment');
    await keys.type('Which one?');
    await press('Publish');
    await keys.press('Enter');
    await page.locator('#comments').getByText('Which one?').waitFor();
    await press('Reply');
    await keys.press('Enter');
    await press('Your reply');
    await keys.type('That one.');
    await press('Publish');
    await keys.press('Space');
    await page.locator('.thread .thread').getByText('That one.').waitFor();
  });

  test('violates its content security policy nowhere', () => {
    expect(complaints).toEqual([]);
  });
});

/** Returns the violations that axe finds on a page, with their elements. */
async function violationsOf(page: Page): Promise<readonly (readonly [string, readonly string[]])[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)] as const);
}
