import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { open, type Kernel } from '@headwater/kernel';
import { defineRevision, sql, type Rehearsal } from '@headwater/kernel/plugin';
import { Http } from '@headwater/plugin-http';
import pg from 'pg';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { makeWorkload } from '../../bench/workload.ts';
import { emptyDatabase, queryAt, urlOf } from '../helper/database.ts';
import { workloadPlugins } from '../helper/workload-plugins.ts';
import { chromiumPath, launchChromium, withoutChromium } from './chromium.ts';
import { isAskedForPictures, takePicture } from './picture.ts';

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
  '/studio/rehearsals',
  '/studio/rehearsals/2026-11-30T07-00-00.000Z',
  '/studio/drift',
  '/studio/doctor',
  '/studio/live',
];

/** A project in whose folder two rehearsals are recorded, one of them by a later version. */
function projectWithRehearsals(): string {
  const folder = join(inject('memory'), 'studio-project');
  const recorded = join(folder, '.headwater/rehearsals');
  mkdirSync(recorded, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(recorded, '2026-11-30T07-00-00.000Z.json'), JSON.stringify(rehearsal));
  writeFileSync(join(recorded, '2026-12-01T07-00-00.000Z.json'), JSON.stringify({ ...rehearsal, format: 2 }));
  return folder;
}

const relation = { kind: 'table', name: 'core_entry', table: 'core_entry', plugin: 'core' } as const;
const lock = { mode: 'AccessExclusiveLock', blocks: 'reads and writes', atMostMs: 1234.5 } as const;
const rehearsal: Rehearsal = {
  format: 1,
  database: 'postgres://db.example.com/shop_copy',
  serverVersion: '18.4',
  kernelVersion: '1.0.0',
  startedAt: '2026-11-30T07:00:00.000Z',
  runId: '7c0e4f0a-0000-4000-8000-000000000000',
  steps: [
    {
      revision: 'extra@0001_create_note',
      outcome: 'committed',
      complete: true,
      milliseconds: 1300,
      locks: [{ ...relation, ...lock }],
      rewrites: [{ ...relation, outcome: 'rewritten', bytesBefore: 12_900_000, bytesAfter: 14_680_064 }],
      rows: [{ table: 'core_entry', inserted: 0, updated: 12_000, deleted: 3 }],
    },
    {
      revision: 'extra@0002_drop_text',
      outcome: 'failed',
      complete: false,
      milliseconds: 2,
      locks: null,
      rewrites: [],
      rows: null,
    },
  ],
  worst: [{ table: 'core_entry', plugin: 'core', ...lock, revision: 'extra@0001_create_note' }],
  notRun: ['p005@r010'],
  error: { code: 'MIGRATION_FAILED', message: 'extra@0002_drop_text fails.', hint: 'Correct it.' },
};

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
    kernel = await open({ config: { database }, plugins, root: projectWithRehearsals() });
    const app = await kernel.start();
    address = app.get(Http).address() ?? '';
    await before.downgrade('extra@base');
    await queryAt(database, 'drop index p005_thing_entry; create table made_by_hand (id int)');
    browser = await launchChromium();
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

  test.each([
    ['light', 360, [800, 1440]],
    ['dark', 1440, [800, 360]],
  ] as const)('has accessible pages that fit all windows, in %s colors', async (colorScheme, width, others) => {
    const page = await openPage({ colorScheme });
    for (const path of paths) {
      await page.setViewportSize({ width, height: 900 });
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBe(200);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)]);
      expect(found, path).toEqual([]);
      for (const tried of [width, ...others]) {
        await page.setViewportSize({ width: tried, height: 900 });
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow, `${path} is wider than ${tried} pixels`).toBeLessThanOrEqual(0);
      }
    }
  });

  test('leads from the history to a revision, its run and its plugin, with the keyboard alone', async () => {
    const page = await openPage();
    await page.goto('/studio/history');
    await page.keyboard.press('/');
    await page.keyboard.type('p005@r0');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '10 of 92 revisions' }).waitFor();
    expect(await page.locator('.halo').count()).toBe(10);
    await page.getByRole('link', { name: 'p005@r010' }).first().press('Enter');
    await page.getByRole('heading', { name: 'p005@r010' }).waitFor();
    expect(await page.locator('.sql .keyword').allTextContents()).toContain('create');
    await page.locator('.facts a[href^="/studio/runs/"]').press('Enter');
    await page.getByRole('heading', { name: '92 steps' }).waitFor();
    await page.getByRole('link', { name: 'Plan' }).press('Enter');
    expect(await page.getByRole('region', { name: 'Plan' }).locator('tbody th + td').allTextContents()).toEqual([
      'extra@0001_create_note',
      'extra@0002_drop_text',
    ]);
    await page.getByText('1 breaking').waitFor();
    expect(await page.getByRole('region', { name: 'Findings of lint' }).locator('tbody').textContent()).toContain(
      'data-loss',
    );
  });

  test('shows rehearsals, drift and the findings of the doctor, with the keyboard alone', async () => {
    const page = await openPage();
    await page.goto('/studio');
    const cells = (region: string): Promise<string[]> =>
      page
        .getByRole('region', { name: region, exact: true })
        .locator('tbody tr')
        .first()
        .locator('th, td')
        .allTextContents();
    await page.getByRole('link', { name: 'Rehearsals' }).press('Enter');
    await page.getByText('not readable').waitFor();
    await page.getByRole('link', { name: '2026-11-30 07:00:00 UTC' }).press('Enter');
    await page.getByRole('heading', { name: 'Strongest lock of each table' }).waitFor();
    expect((await cells('Strongest lock of each table')).slice(0, 5)).toEqual([
      'core_entry',
      'core',
      'ACCESS EXCLUSIVE',
      '✕ reads and writes',
      '1.2 s',
    ]);
    expect((await cells('Rewrites')).slice(3)).toEqual(['✕ rewritten', '12 MB', '14 MB']);
    expect((await cells('Rows')).slice(2)).toEqual(['0', '12,000', '3']);
    await page.getByRole('link', { name: 'Drift' }).press('Enter');
    await page.getByRole('region', { name: 'Missing objects' }).waitFor();
    expect((await cells('Missing objects')).slice(0, 2)).toEqual(['p005_thing_entry', 'index']);
    expect(await cells('Created by no applied revision')).toEqual(['made_by_hand', 'table']);
    await page.getByRole('link', { name: 'Doctor' }).press('Enter');
    await page.getByRole('region', { name: 'Findings' }).waitFor();
    const findings = page.getByRole('region', { name: 'Findings' });
    expect(await findings.textContent()).toContain('The index p005_thing.p005_thing_entry of p005 is missing');
    expect(await findings.textContent()).toContain('npx kernel migrate:show p005@');
    expect(await page.getByRole('region', { name: 'Checks' }).textContent()).toContain('npx kernel doctor');
  });

  test('tells the states of revisions apart by more than their color', async () => {
    const page = await openPage();
    await page.goto('/studio/history');
    for (const [state, shape] of [
      ['applied', 'circle.mark'],
      ['pending', 'circle.mark'],
      ['dormant', '.half'],
      ['ahead', 'path.mark'],
    ]) {
      expect(await page.locator(`.node.${state} ${shape}`).count(), state).toBeGreaterThan(0);
      expect(await page.locator(`tbody .badge.${state}`).first().textContent(), state).toMatch(
        new RegExp(`\\S ${state}`),
      );
    }
    const strokeOf = (state: string): Promise<unknown> =>
      page.evaluate(`getComputedStyle(document.querySelector('.node.${state} .mark')).strokeDasharray`);
    expect([await strokeOf('pending'), await strokeOf('applied')]).toEqual(['3px, 2px', 'none']);
  });

  test('follows an upgrade by another process, with script and without', async () => {
    const gate = new pg.Client({ connectionString: database });
    await gate.connect();
    await gate.query('select pg_advisory_lock(4711)');
    const pages = [await openPage(), await openPage({ javaScriptEnabled: false })] as const;
    for (const page of pages) await page.goto('/studio/live');
    await pages[0].evaluate('globalThis.isSamePage = true');
    const upgrade = fork(join(import.meta.dirname, 'upgrade-process.ts'), [database], {
      execArgv: ['--conditions=headwater-source'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = once(upgrade, 'exit');
    for (const page of pages) {
      await page.locator('.facts').getByRole('link', { name: 'slow@0002_wait' }).waitFor();
      await page.getByText('Lock: advisory').waitFor();
      await page.getByRole('heading', { name: '1 committed step' }).waitFor();
    }
    if (isAskedForPictures) await takePicture(pages[0], 'studio-live');
    await gate.end();
    expect(await ended).toEqual([0, null]);
    for (const page of pages) {
      await page.getByRole('heading', { name: '3 committed steps' }).waitFor();
      await page.getByRole('heading', { name: 'Latest run done' }).waitFor();
    }
    expect(await pages[0].evaluate('globalThis.isSamePage')).toBe(true);
    await Promise.all(pages.map((page) => page.context().close()));
  });

  test('violates its content security policy nowhere', () => {
    expect(complaints).toEqual([]);
  });
});
