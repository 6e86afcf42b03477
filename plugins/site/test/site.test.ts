import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { Http } from '@headwater/plugin-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe('the site', () => {
  let kernel: TestKernel;
  let address: string;
  beforeAll(async () => {
    const config = { http: { port: 0 }, site: { name: 'Brooks & Rivers' } };
    kernel = await startTestKernel({ plugins: ['.', './test/brooks'], config });
    address = kernel.get(Http).address() ?? '';
  });
  afterAll(() => kernel.stop());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(address + path, { redirect: 'manual', ...init, headers: { accept: 'text/html', ...init.headers } });
  const post = (path: string, fields: Readonly<Record<string, string>>, headers = {}): Promise<Response> =>
    ask(path, { method: 'POST', body: new URLSearchParams(fields), headers });

  test('shows a page, and serves its data below /api', async () => {
    const page = await ask('/brooks/Panke');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const text = await page.text();
    expect(text).toContain('<title>Panke · Brooks &amp; Rivers</title>');
    expect(text).toContain('<h1>Panke</h1>');
    expect(await (await ask('/api/brooks/Panke')).json()).toEqual({ name: 'Panke' });
  });

  test('fills a slot in order, without the part that fails, which the log names with its plugin', async () => {
    const text = await (await ask('/brooks/Panke')).text();
    expect(text).toContain('<div>first<b>no. 1</b></div>');
    expect(text).toContain('<div>second<b>no. 2</b></div>');
    expect(kernel.log).toContainEqual({
      plugin: 'http',
      level: 'error',
      message: 'the plugin "brooks" could not fill the slot "object.details"',
    });
  });

  test('adds the contributed fields and the way back to every form', async () => {
    const text = await (await ask('/brooks/Panke?a=1')).text();
    expect(text).toContain('<input type="hidden" name="secret" value="&quot;s3cret&quot;"/>');
    expect(text).toContain('<input type="hidden" name="back" value="/brooks/Panke?a=1"/>');
  });

  test('acts for a form and for a program', async () => {
    const headers = { 'x-user': 'ada' };
    const formed = await post('/brooks', { name: 'Panke', back: '/brooks/Panke' }, headers);
    expect([formed.status, formed.headers.get('location')]).toEqual([303, '/brooks/Panke']);
    const body = JSON.stringify({ name: 'Panke' });
    const json = { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } };
    expect(await (await ask('/api/brooks', json)).json()).toEqual({ added: 'Panke by ada' });
  });

  test('rejects visitors, and users without a permission', async () => {
    expect((await post('/brooks', { name: 'Panke' })).status).toBe(401);
    expect((await post('/brooks/rename', {})).status).toBe(401);
    expect((await post('/brooks/rename', {}, { 'x-user': 'ada' })).status).toBe(403);
    const renamed = await post('/brooks/rename', {}, { 'x-user': 'admin' });
    expect([renamed.status, renamed.headers.get('location')]).toEqual([303, '/']);
  });

  test('shows problems to people as pages, and to programs as JSON', async () => {
    const page = await post('/brooks', { name: '' }, { 'x-user': 'ada' });
    expect(page.status).toBe(400);
    expect(await page.text()).toContain('<h1>Bad Request</h1>');
    const problem = await post('/brooks', { name: '' }, { 'x-user': 'ada', accept: 'application/json' });
    expect(await problem.json()).toMatchObject({ errors: [{ pointer: '/body/name' }] });
    expect(await (await ask('/nothing')).text()).toContain('<h1>Not found</h1>');
  });

  test('serves its assets for ever, by an address that changes with their content', async () => {
    const text = await (await ask('/brooks/Panke')).text();
    const assets = Array.from(text.matchAll(/"(\/assets\/[^"]+)"/g), ([, path = '']) => path);
    expect(assets).toHaveLength(3);
    for (const path of assets) {
      const asset = await ask(path);
      expect([asset.status, asset.headers.get('cache-control')], path).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
  });
});
