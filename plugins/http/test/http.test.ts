import { createServer } from 'node:net';
import { once } from 'node:events';
import { fastify } from 'fastify';
import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpServer } from '../src/http.ts';
import { Http } from '../src/index.ts';
import { httpOptions } from '../src/options.ts';
import { ask, askRaw } from './requests.ts';

const plugins = ['.', './test/rivers'];
const json = { 'content-type': 'application/json' };

describe('the server', () => {
  let kernel: TestKernel;
  let address: string;
  beforeAll(async () => {
    kernel = await startTestKernel({ plugins, config: { http: { port: 0, bodyLimit: 1000, requestTimeout: 1 } } });
    address = kernel.get(Http).address() ?? '';
  });
  afterAll(() => kernel.stop());

  const get = (path: string, init?: RequestInit): Promise<Response> => ask(address, path, init);
  const lastLog = () => kernel.log.at(-1);

  test('logs its address', () => {
    expect(kernel.log).toContainEqual({ plugin: 'http', level: 'info', message: `listening on ${address}` });
  });

  test('gives handlers validated values', async () => {
    const answer = await get('/rivers/7?unit=mi');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toEqual({ river: 7, unit: 'mi' });
  });

  test.each([
    ['JSON', { headers: json, body: '{"name":"Elbe","length":1094}' }],
    ['a form', { body: new URLSearchParams({ name: 'Elbe', length: '1094' }) }],
  ])('reads a body of %s', async (_, init) => {
    const answer = await get('/rivers', { method: 'POST', ...init });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/rivers/1');
    expect(await answer.json()).toEqual({ name: 'Elbe', length: 1094 });
  });

  test('answers invalid values with a problem that points to each of them', async () => {
    const answer = await get('/rivers', { method: 'POST', headers: json, body: '{"name":"","length":-1}' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      errors: [{ pointer: '/body/name' }, { pointer: '/body/length' }],
    });
  });

  test('answers a missing body with the missing fields', async () => {
    const answer = await get('/rivers', { method: 'POST' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '/body/name' }, { pointer: '/body/length' }] });
  });

  test('answers an impossible parameter and an unknown address with 404', async () => {
    for (const path of ['/rivers/elbe', '/nothing', '/..%2f..%2fetc%2fpasswd', '/rivers/..%2f..%2fpackage.json']) {
      const answer = await get(path);
      expect(answer.status, path).toBe(404);
      expect(answer.headers.get('content-type'), path).toContain('application/problem+json');
    }
  });

  test('answers without a body if the handler returns none', async () => {
    const answer = await get('/rivers/7', { method: 'DELETE' });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  test('serves routes that are derived from something else', async () => {
    expect(await (await get('/derived')).text()).toBe('derived');
  });

  test.each([
    ['http', 410, 'the river is dry'],
    ['drought', 404, 'no rain'],
  ])('answers an error that a plugin knows with its status: %s', async (how, status, detail) => {
    const answer = await get(`/fails/${how}`);
    expect([answer.status, await answer.json()]).toMatchObject([status, { status, detail }]);
  });

  test('conceals the message of an unknown error, logs it with the plugin, and serves the other routes', async () => {
    const answer = await get('/fails/somehow');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(kernel.log).toContainEqual({ plugin: 'http', level: 'error', message: 'GET /fails/somehow failed' });
    expect((await get('/rivers/7')).status).toBe(200);
  });

  test('never sends a header with a line break', async () => {
    const answer = await get('/fails/header');
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([500, null]);
  });

  test('runs each request in a database context of its own, and knows its cookies and its route', async () => {
    const answer = await get('/context', { headers: { cookie: 'a=1' } });
    expect(await answer.json()).toEqual({
      same: true,
      n: 1,
      once: true,
      cookie: '1',
      route: { plugin: 'rivers', path: '/context' },
    });
  });

  test('sets cookies that scripts cannot read, and removes cookies', async () => {
    const answer = await get('/cookie');
    expect(answer.headers.getSetCookie()).toEqual([
      'spring=a%3B%20b; Path=/; HttpOnly; SameSite=Lax',
      expect.stringMatching(/^mouth=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970/),
    ]);
  });

  test('asks guards before handlers', async () => {
    const answer = await get('/rivers/7', { headers: { 'x-forbidden': 'yes' } });
    expect([answer.status, await answer.json()]).toMatchObject([403, { detail: 'the guard says no' }]);
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://attacker.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 204],
    [{}, 204],
  ])('accepts changes only from its own pages and from programs: %j', async (headers, status) => {
    // `fetch` would not send these headers.
    const lines = Object.entries({ host: new URL(address).host, connection: 'close', ...headers });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    expect(await askRaw(address, `DELETE /rivers/7 HTTP/1.1\r\n${head}\r\n`)).toMatch(`HTTP/1.1 ${status}`);
  });

  test('answers with an ETag, and with 304 if the client has that version', async () => {
    const first = await get('/rivers/7');
    const tag = first.headers.get('etag') ?? '';
    expect(tag).not.toBe('');
    const second = await get('/rivers/7', { headers: { 'if-none-match': tag } });
    expect([second.status, await second.text()]).toEqual([304, '']);
    const changed = await get('/rivers/8', { headers: { 'if-none-match': tag } });
    expect(changed.status).toBe(200);
  });

  test('sends strict security headers, and permits no other origin', async () => {
    const { headers } = await get('/rivers/7', { headers: { origin: 'https://other.example' } });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test('rejects a body above the limit', async () => {
    const answer = await get('/rivers', { method: 'POST', headers: json, body: JSON.stringify('x'.repeat(1000)) });
    expect([answer.status, await answer.json()]).toMatchObject([413, { status: 413 }]);
  });

  test('rejects a body of an unknown type, and JSON that is damaged or would set a prototype', async () => {
    const post = (body: string, type: string) =>
      get('/rivers', { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('<river/>', 'application/xml')).status).toBe(415);
    expect((await post('{"name":', 'application/json')).status).toBe(400);
    expect((await post('{"__proto__":{"name":"x"}}', 'application/json')).status).toBe(400);
  });

  test('ends a request whose body arrives too slowly', async () => {
    const head =
      'POST /rivers HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n';
    const answer = await askRaw(address, `${head}\r\n{"name":`);
    expect(answer).toContain('HTTP/1.1 408');
  });

  test('logs each request with the plugin of its route, and without its query', async () => {
    await get('/rivers/7?unit=km');
    await expect.poll(lastLog).toEqual({ plugin: 'http', level: 'info', message: 'GET /rivers/7' });
  });

  test('describes the routes at /openapi.json, and names the route whose validator exports no schema', async () => {
    const document = (await (await get('/openapi.json')).json()) as {
      readonly openapi: string;
      readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    expect(document.openapi).toMatch(/^3\.1/);
    expect(document.paths['/rivers/{river}']?.['get']).toMatchObject({
      summary: 'Returns a river.',
      tags: ['rivers'],
      parameters: [
        { name: 'river', in: 'path', required: true },
        { name: 'unit', in: 'query', schema: { enum: ['km', 'mi'] } },
      ],
      responses: { '2XX': { content: { 'application/json': { schema: { type: 'object' } } } } },
    });
    expect(document.paths['/rivers/{river}/name']?.['put']).toMatchObject({
      requestBody: { content: { 'application/json': { schema: {} } } },
    });
    expect(kernel.log).toContainEqual({
      plugin: 'http',
      level: 'warn',
      message:
        'PUT /rivers/:river/name of the plugin "rivers": the validator of its body exports no JSON Schema, ' +
        'so /openapi.json describes it as {}',
    });
  });

  test('is alive, and ready if the database has all revisions', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'alive' });
    const answer = await get('/readyz');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready' }]);
  });
});

describe('the address of a client', () => {
  const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7', 'x-forwarded-proto': 'http, https' };

  test.each([
    ['is that of its connection, whatever headers it sends', false, { ip: '127.0.0.1', isSecure: false }],
    ['is the one that the proxy saw, whatever the client sent to it', true, { ip: '203.0.113.7', isSecure: true }],
  ])('%s (trustProxy: %j)', async (_, trustProxy, expected) => {
    await using kernel = await startTestKernel({ plugins, config: { http: { port: 0, trustProxy } } });
    expect(await (await ask(kernel.get(Http).address() ?? '', '/client', { headers })).json()).toEqual(expected);
  });
});

describe('the lifetime of the server', () => {
  test('ends after the running requests, and refuses new ones', async () => {
    const kernel = await startTestKernel({ plugins, config: { http: { port: 0 } } });
    const address = kernel.get(Http).address() ?? '';
    const slow = ask(address, '/slow');
    await expect.poll(() => ask(address, '/healthz').then(({ status }) => status)).toBe(200);
    await kernel.stop();
    expect(await (await slow).text()).toBe('at last');
    await expect(ask(address, '/healthz')).rejects.toThrow('fetch failed');
  });

  test('does not begin if the port is in use, and the error tells how to choose another', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { readonly port: number };
    await expect(startTestKernel({ plugins, config: { http: { port } } })).rejects.toMatchObject({
      code: 'PLUGIN_PHASE_FAILED',
      message: expect.stringContaining(`the port ${port} on 127.0.0.1 is in use by another process`) as string,
      hint: expect.stringMatching(/choose another port: "plugins": \{ "http": \{ "port": \d+ \} \}/) as string,
    });
    other.close();
  });

  test('does not begin on an address of another machine', async () => {
    await expect(
      startTestKernel({ plugins, config: { http: { host: '203.0.113.7', port: 0 } } }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('the address 203.0.113.7 does not belong to this machine') as string,
      hint: expect.stringContaining('"host": "127.0.0.1"') as string,
    });
  });

  test('does not begin for a command', async () => {
    const server = httpServer({ ...httpOptions.parse({}), port: 0 });
    const fail = (): never => {
      throw new Error('a server that does not listen needs no service');
    };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const get = Object.assign(fail, { optional: fail, all: fail });
    await server.start({ get, log, options: { bodyLimit: 1000 } }, 'command');
    expect(server.address()).toBeNull();
  });

  test('can be that of a host, whose own routes keep their headers and errors', async () => {
    await using kernel = await startTestKernel({ plugins, config: { http: { listen: false } } });
    expect(kernel.get(Http).address()).toBeNull();
    await using server = fastify();
    server.get('/own', async () => {
      throw new Error('of the host');
    });
    await server.register(kernel.get(Http).routes());
    const address = await server.listen({ port: 0 });
    expect(await (await ask(address, '/rivers/7')).json()).toEqual({ river: 7, unit: 'km' });
    const own = await ask(address, '/own');
    expect(await own.json()).toMatchObject({ message: 'of the host' });
    expect(own.headers.get('content-security-policy')).toBeNull();
  });

  test('is refused if two plugins contribute the same route', async () => {
    const started = startTestKernel({ plugins: [...plugins, './test/brooks'], config: { http: { port: 0 } } });
    await expect(started).rejects.toMatchObject({
      code: 'CONTRIBUTION_COLLISION',
      message: expect.stringMatching(/GET \/rivers\/:[\s\S]*"brooks"[\s\S]*"rivers"|"rivers"[\s\S]*"brooks"/) as string,
    });
  });
});
