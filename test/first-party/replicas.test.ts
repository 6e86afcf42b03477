import { Http } from '@headwater/plugin-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../core/kernel/src/index.ts';
import { openBrowserSession, type BrowserSession } from '../helper/browser-session.ts';
import { emptyDatabase, urlOf } from '../helper/database.ts';
import { makeSiteProject } from './site-project.ts';

const password = 'correct horse battery';

describe('two processes of an application', () => {
  let replicas: readonly App[];
  /** One browser, whose requests a load balancer sends to either process. */
  let sessions: readonly [BrowserSession, BrowserSession];
  beforeAll(async () => {
    const project = makeSiteProject(urlOf(await emptyDatabase('postgres')));
    const plugins = { http: { port: 0 }, site: {}, accounts: { signInsPerMinute: 6, signUpsPerHour: 100 } };
    const [one, other] = [await project.start(plugins), await project.start(plugins)];
    replicas = [one, other];
    const cookies = new Map<string, string>();
    const session = ({ get }: App) => openBrowserSession(get(Http).address() ?? '', cookies);
    sessions = [session(one), session(other)];
  });
  afterAll(async () => {
    for (const replica of replicas) await replica.stop();
  });

  test('share sessions and the tokens of forms', async () => {
    const [one, other] = sessions;
    await one.submit('/sign-up', '/sign-up', { name: 'ada', password });
    expect((await other.open('/sign-in')).text).toContain('href="/users/ada"');
    const token = /name="token" value="([^"]+)"/.exec((await one.open('/sign-in')).text)?.[1] ?? '';
    expect((await other.post('/sign-out', { token })).status).toBe(303);
    expect((await one.open('/sign-in')).text).not.toContain('href="/users/ada"');
  });

  test('share limits', async () => {
    const [one, other] = sessions;
    const attempts = Array.from({ length: 10 }, (_, i) =>
      (i % 2 === 0 ? one : other).api('/api/sign-in', { name: 'nobody', password: 'wrong horse battery' }),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 422)).toHaveLength(6);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
  });
});
