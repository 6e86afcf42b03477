import { startTestKernel, type TestKernel } from '@headwater/dev/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Http } from '@headwater/plugin-http';
import { databaseKinds, testDatabase } from '../helper/database.ts';
import { openBrowserSession } from '../helper/browser-session.ts';
import { testSite } from './site-tests.ts';

// All requests of these tests come from one address.
const config = { http: { port: 0 }, accounts: { signUpsPerHour: 1000, signInsPerMinute: 12 } };
const all = ['./app', 'likes', 'comments', 'messages', 'moderation', 'accounts', 'site', 'http'];

describe.each(databaseKinds)('the site on %s', (kind) => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await startTestKernel({ plugins: all, config, database: testDatabase(kind) });
  });
  afterAll(() => kernel.stop());

  testSite(() => kernel);
});

const optionalPlugins = ['likes', 'comments', 'messages'];
const optionalSets = Array.from({ length: 2 ** optionalPlugins.length }, (_, set) =>
  optionalPlugins.filter((_, bit) => (set & (1 << bit)) !== 0),
);

// Without any of them, moderation is not active either.
describe.each(optionalSets.map((active) => ({ active })))('the site with $active', ({ active }) => {
  const optional = active.length === 0 ? [] : [...active, 'moderation'];
  let kernel: TestKernel;
  beforeAll(async () => {
    const plugins = ['./app', 'accounts', 'site', 'http', ...optional];
    kernel = await startTestKernel({ plugins, config, database: testDatabase('postgres') });
  });
  afterAll(() => kernel.stop());

  test('has the parts of the active plugins, and no others', async () => {
    const { api, open } = openBrowserSession(kernel.get(Http).address() ?? '');
    await api('/api/sign-up', { name: 'ada', password: 'correct horse battery' });
    const { id } = (await api('/api/submit', { title: 'A river' })).json() as { readonly id: number };
    const [front, story, profile] = [await open('/'), await open(`/stories/${id}`), await open('/users/ada')];
    expect([front.status, story.status, profile.status]).toEqual([200, 200, 200]);
    for (const { text } of [front, story, profile]) {
      expect(text).toContain('A river');
      expect(text.includes('heart')).toBe(optional.includes('likes'));
      expect(text.includes('0 comments')).toBe(optional.includes('comments'));
      expect(text.includes('href="/messages"')).toBe(optional.includes('messages'));
    }
    expect((await open('/messages')).status).toBe(optional.includes('messages') ? 200 : 404);
    expect((await api(`/api/objects/${id}/like`, {})).status).toBe(optional.includes('likes') ? 200 : 404);
    expect((await open('/moderation')).status).toBe(optional.includes('moderation') ? 403 : 404);
  });
});
