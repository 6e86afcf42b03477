import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestKernel } from '@headwater/dev/testing';
import { Http } from '@headwater/plugin-http';
import { Users } from '@headwater/plugin-core';
import { Notes } from '../src/index.ts';

const app = await startTestKernel({ plugins: ['.', 'http', 'site', 'accounts'], config: { http: { port: 0 } } });
after(() => app.stop());

const open = async (path: string): Promise<string> => (await fetch(`${app.get(Http).address()}${path}`)).text();

test('the page, its API and the route show notes', async () => {
  const ada = await app.run(async () => {
    const { id } = await app.get(Users).create({ name: 'ada' });
    await app.get(Notes).add(id, 'A <river>');
    return id;
  });
  const page = await open('/my-plugin');
  assert.match(page, /A &lt;river/);
  assert.match(page, /<a href="\/my-plugin">Notes<\/a>/);
  assert.match(await open('/api/my-plugin'), /"text":"A <river>"/);
  assert.match(await open(`/api/my-plugin/users/${ada}`), /"count":1/);
  assert.match(await open('/users/ada'), /1 note/);
});

test('a visitor may not write', async () => {
  const answer = await fetch(`${app.get(Http).address()}/api/my-plugin`, {
    method: 'POST',
    body: '{"text":"Hi"}',
    headers: { 'content-type': 'application/json' },
  });
  assert.ok(answer.status === 401 || answer.status === 403, String(answer.status));
});
