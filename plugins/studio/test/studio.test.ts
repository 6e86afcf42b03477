import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { Http } from '@headwater/plugin-http';
import { Inspection } from '@headwater/kernel/plugin';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from './requests.ts';

describe('Studio', () => {
  let kernel: TestKernel;
  let address: string;
  beforeAll(async () => {
    const plugins = ['.', 'core', 'site', 'accounts'];
    kernel = await startTestKernel({ plugins, config: { http: { port: 0 } } });
    address = kernel.get(Http).address() ?? '';
  });
  afterAll(() => kernel.stop());

  const json = async (path: string): Promise<unknown> => JSON.parse((await ask(address, path)).text) as unknown;

  test.each(['/studio', '/studio/plugins', '/studio/plugins/accounts'])(
    '%s is a page, and JSON with a suffix or by the header `accept`',
    async (path) => {
      const page = await ask(address, path);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.text).toMatch(/^<!doctype html>\n<html lang="en">/);
      const data = await ask(address, `${path}.json`);
      const accepted = await ask(address, path, { accept: 'application/json' });
      for (const { headers } of [data, accepted]) {
        expect(headers['content-type']).toBe('application/json; charset=utf-8');
        expect(headers['cache-control']).toBe('private, no-store');
      }
      expect(Object.keys(JSON.parse(accepted.text) as object)).toEqual(Object.keys(JSON.parse(data.text) as object));
    },
  );

  test('shows a plugin as the kernel reports it', async () => {
    const inspection = kernel.get(Inspection);
    const [expected, objects] = [await inspection.plugins(), await inspection.objects()];
    expect(await json('/studio/plugins/accounts.json')).toMatchObject({
      ...expected.find(({ name }) => name === 'accounts'),
      objects: objects.filter(({ plugin }) => plugin === 'accounts'),
    });
    const { text } = await ask(address, '/studio/plugins/accounts');
    for (const shown of ['accounts_account', 'signInsPerMinute', 'site.pages', '@headwater/plugin-accounts']) {
      expect(text, shown).toContain(shown);
    }
  });

  test('reports its health', async () => {
    expect(await json('/studio.json')).toMatchObject({
      ledger: { applied: 5, runs: 1 },
      plugins: { active: 5, started: 5, dormant: 0 },
      schema: { revisions: 5, pending: [], dormant: [], ahead: [] },
      error: null,
    });
  });

  test('reports drift, the findings of the doctor without its self-tests, and rehearsals', async () => {
    expect(await json('/studio/drift.json')).toMatchObject({ missing: [] });
    const { checks } = (await json('/studio/doctor.json')) as { checks: { name: string; skipped: string | null }[] };
    for (const name of ['lock', 'ddl']) {
      expect(checks.find((check) => check.name === name)?.skipped, name).toContain('it would write');
    }
    expect(checks.find(({ name }) => name === 'ledger')).toMatchObject({ skipped: null, findings: [] });
    expect(await json('/studio/rehearsals.json')).toEqual({ rehearsals: [] });
    expect((await ask(address, '/studio/rehearsals/nothing')).status).toBe(404);
  });

  test('shows nothing for a plugin that does not exist', async () => {
    const answer = await ask(address, '/studio/plugins/nothing.json');
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect((await ask(address, '/studio/plugins/nothing', { accept: 'application/json' })).status).toBe(404);
  });

  test('escapes what a client sends', async () => {
    const { text } = await ask(address, `/studio/plugins/${encodeURIComponent('<img src=x onerror=alert(1)>')}`);
    expect(text).not.toContain('<img src=x');
  });
});
