import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { Http } from '@headwater/plugin-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessFor } from '../src/access.ts';
import { ask, type Answer } from './requests.ts';

const token = 'a-token-of-twenty-characters-or-more';
const paths = ['/studio', '/studio.json', '/studio/plugins', '/studio/plugins/studio.json'];

/** Starts Studio with these options, for the tests of a block. */
function studioWith(options: Readonly<Record<string, string | boolean>>, plugins: readonly string[] = ['.']) {
  let kernel: TestKernel;
  let address: string;
  beforeAll(async () => {
    kernel = await startTestKernel({ plugins, config: { http: { port: 0 }, studio: options } });
    address = kernel.get(Http).address() ?? '';
  });
  afterAll(() => kernel.stop());
  return {
    kernel: () => kernel,
    ask: (path: string, headers?: Readonly<Record<string, string>>): Promise<Answer> => ask(address, path, headers),
  };
}

test.each([
  [undefined, true],
  ['', true],
  ['development', true],
  ['test', true],
  ['production', false],
  ['staging', false],
])('with NODE_ENV %j, Studio is open: %j, unless an option decides', (environment, isOpen) => {
  expect(accessFor({}, environment).isOpen).toBe(isOpen);
  expect(accessFor({ open: true }, environment).isOpen).toBe(true);
  expect(accessFor({ open: false }, environment).isOpen).toBe(false);
});

describe('in development', () => {
  const studio = studioWith({ open: true });

  test.each(paths)('%s is open to this computer', async (path) => {
    expect((await studio.ask(path)).status).toBe(200);
    expect((await studio.ask(path, { host: 'localhost:3000' })).status).toBe(200);
  });

  test.each<Readonly<Record<string, string>>>([
    { host: 'attacker.example' },
    { host: 'localhost.attacker.example' },
    { 'x-forwarded-for': '192.0.2.1' },
    { forwarded: 'for=192.0.2.1' },
    { via: '1.1 proxy' },
  ])('nobody else sees it: %j', async (headers) => {
    for (const path of paths) expect((await studio.ask(path, headers)).status, path).toBe(404);
  });
});

describe('in production', () => {
  const studio = studioWith({ open: false });

  test.each(paths)('%s does not exist for a visitor, whatever token is sent', async (path) => {
    const nothing = await studio.ask('/studio/nothing', { accept: 'application/json' });
    for (const headers of [{}, { authorization: `Bearer ${token}` }, { authorization: 'Bearer ' }]) {
      const answer = await studio.ask(path, { accept: 'application/json', ...headers });
      expect([answer.status, answer.text]).toEqual([404, nothing.text]);
    }
  });
});

describe('with a token', () => {
  const studio = studioWith({ open: false, token });
  const basic = (password: string): string => `Basic ${Buffer.from(`any:${password}`).toString('base64')}`;

  test.each(paths)('%s is open to those who have it, and asks others for it', async (path) => {
    for (const authorization of [`Bearer ${token}`, basic(token)]) {
      expect((await studio.ask(path, { authorization })).status, authorization).toBe(200);
    }
    const wrong = [
      '',
      'Bearer',
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      basic('wrong'),
      basic(''),
      `Other ${token}`,
    ];
    for (const authorization of wrong) {
      const { status, headers } = await studio.ask(path, { authorization });
      expect([status, headers['www-authenticate']], authorization).toEqual([
        401,
        'Basic realm="Studio", charset="UTF-8"',
      ]);
    }
  });

  test('the token is neither in the log nor on a page', async () => {
    const authorization = `Bearer ${token}`;
    const pages = await Promise.all(paths.map((path) => studio.ask(path, { authorization })));
    for (const { text } of pages) expect(text).not.toContain(token);
    expect(pages.at(-1)?.text).toContain('"name":"token","value":"***"');
    expect(JSON.stringify(studio.kernel().log)).not.toContain(token);
  });
});

describe('with accounts', () => {
  const studio = studioWith({ open: false }, ['.', 'core', 'site', 'accounts', './test/accounts-by-header']);

  test.each(paths)('%s is open to users with the permission, which the role admin has', async (path) => {
    expect((await studio.ask(path, { 'x-role': 'admin' })).status).toBe(200);
    for (const role of ['member', 'moderator', '']) {
      expect((await studio.ask(path, { 'x-role': role })).status, role).toBe(404);
    }
  });

  test('the site links to Studio for those who see it', async () => {
    const link = /<a href="\/studio"[^>]*>Studio<\/a>/;
    expect((await studio.ask('/sign-in', { 'x-role': 'admin' })).text).toMatch(link);
    expect((await studio.ask('/sign-in')).text).not.toMatch(link);
  });
});
