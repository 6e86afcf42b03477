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
    const plugins = {
      http: { port: 0, trustProxy: true },
      site: {},
      accounts: { signInsPerMinute: 6, signUpsPerHour: 100 },
    };
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

  test('stop guessing from one network, without locking the owner of the name out', async () => {
    const [one, other] = replicas.map((replica) => replica.get(Http).address() ?? '');
    const signIn = async (ip: string, given: string, server = one): Promise<number> => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': ip };
      const body = JSON.stringify({ name: 'ada', password: given });
      return (await fetch(`${server}/api/sign-in`, { method: 'POST', headers, body })).status;
    };
    const guesses = [];
    for (let i = 0; i < 8; i += 1) guesses.push(await signIn(`2001:db8:1:2::${i}`, `wrong password ${i}`));
    expect(guesses).toEqual([422, 422, 422, 422, 422, 422, 429, 429]);
    expect(await signIn('2001:db8:1:2:ffff::1', password, other), 'the same network').toBe(429);
    expect(await signIn('2001:db8:1:3::1', password, other)).toBe(200);
    expect(await signIn('198.51.100.7', password)).toBe(200);
  });
});
