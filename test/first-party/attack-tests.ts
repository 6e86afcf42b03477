import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Accounts } from '@headwater/plugin-accounts';
import { Http } from '@headwater/plugin-http';
import type { TestKernel } from '@headwater/dev/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { openBrowserSession, type BrowserSession } from '../helper/browser-session.ts';

const password = 'correct horse battery';

/** Registers attacks on a running application with all first-party plugins, by requests that no browser would send. */
export function testAttacks(kernel: () => TestKernel): void {
  const address = (): string => kernel().get(Http).address() ?? '';
  const browser = (): BrowserSession => openBrowserSession(address());
  const signUp = async (): Promise<BrowserSession & { readonly name: string; readonly id: number }> => {
    const [session, name] = [browser(), `user-${randomUUID().slice(0, 8)}`];
    const { user: id } = (await session.api('/api/sign-up', { name, password })).json() as { readonly user: number };
    return { ...session, name, id };
  };
  const cookieOf = ({ cookies }: BrowserSession): string => Array.from(cookies, (pair) => pair.join('=')).join('; ');
  const tokenIn = (text: string): string => /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';

  /** Sends a request with exactly these headers. */
  async function send(session: BrowserSession, path: string, init: RequestInit): Promise<number> {
    const headers = { cookie: cookieOf(session), ...(init.headers as Readonly<Record<string, string>>) };
    return (await fetch(address() + path, { redirect: 'manual', ...init, headers })).status;
  }

  describe('an attack by', () => {
    let ada: Awaited<ReturnType<typeof signUp>>;
    let story: number;
    beforeAll(async () => {
      ada = await signUp();
      story = ((await ada.api('/api/submit', { title: 'A river' })).json() as { readonly id: number }).id;
    });
    const likes = async (): Promise<unknown> => {
      const { stories } = (await ada.api('/api/newest')).json() as {
        readonly stories: readonly { readonly id: number; readonly likes: number }[];
      };
      return stories.find(({ id }) => id === story)?.likes;
    };

    test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', ''])(
      'a simple request of another site with the type %j changes nothing',
      async (type) => {
        for (const origin of ['https://attacker.example', 'null', address().replace('127.0.0.1', 'localhost')]) {
          for (const path of [`/objects/${story}/like`, `/api/objects/${story}/like`]) {
            const headers = { origin, ...(type !== '' && { 'content-type': type }) };
            const status = await send(ada, path, { method: 'POST', headers, body: Buffer.from('{"a":1}') });
            // 415 for a type that the server does not read.
            expect([403, 415], path).toContain(status);
          }
        }
        expect(await likes()).toBe(0);
      },
    );

    test('a form with a token that is empty, a list, or of no session changes nothing', async () => {
      const headers = { origin: address(), 'content-type': 'application/x-www-form-urlencoded' };
      const token = tokenIn((await ada.open('/submit')).text);
      expect(token).not.toBe('');
      for (const body of ['', 'token=', 'token[]=x', 'token=x&token=y', `token=${token}x`, `Token=${token}`]) {
        const status = await send(ada, `/objects/${story}/like`, { method: 'POST', headers, body });
        expect(status, body).toBe(403);
      }
      expect(await likes()).toBe(0);
    });

    test('a method in a header, a field or the query changes no method', async () => {
      const headers = { 'x-http-method-override': 'POST', 'x-method-override': 'POST' };
      const statuses = [
        await send(ada, `/api/objects/${story}/like`, { headers }),
        await send(ada, `/api/objects/${story}/like?_method=POST`, {}),
        await send(ada, `/api/objects/${story}/like`, { method: 'PUT' }),
      ];
      expect(statuses).toEqual([404, 404, 404]);
      expect(await likes()).toBe(0);
    });

    test('a program in the name of a user is accepted with JSON alone, in any spelling of its type', async () => {
      const init = { method: 'POST', body: '{}' };
      const types = ['application/json', 'Application/JSON ; charset=utf-8'];
      for (const type of types) {
        expect(await send(ada, `/api/objects/${story}/like`, { ...init, headers: { 'content-type': type } })).toBe(200);
      }
      expect(await likes()).toBe(1);
      await ada.api(`/api/objects/${story}/unlike`, {});
    });

    test('keys that would change a prototype change none', async () => {
      for (const body of [
        '{"__proto__":{"permissions":["moderation.hide"]},"title":"x"}',
        '{"constructor":{"prototype":{"polluted":true}},"title":"x"}',
      ]) {
        const headers = { 'content-type': 'application/json' };
        expect(await send(ada, '/api/submit', { method: 'POST', headers, body }), body).toBe(400);
      }
      await ada.submit('/submit', '/submit', { '__proto__[polluted]': 'x', 'constructor[prototype][polluted]': 'x' });
      await ada.open('/?__proto__[polluted]=x&__proto__=y&constructor.prototype.polluted=x');
      expect('polluted' in {}).toBe(false);
    });

    test('cursors and ids that are no numbers are refused, and none is a failure of the server', async () => {
      const values = ['NaN', '-1', '1e308', '1.5', '0x10', '%00', '9'.repeat(400), "1'--", '[1]', '%F0%9F%92%A9', ''];
      const paths = values.flatMap((value) => [
        `/api?after=${value}`,
        `/api?after=a&after=${value}`,
        `/api/messages?before=${value}`,
        `/api/messages/${ada.name}?before=${value}`,
        `/api/stories/${value}`,
        `/api/objects/${value}/comments`,
        `/api/users/${value}`,
      ]);
      for (const path of paths) {
        const { status, text } = await ada.api(path);
        expect(status, `${path}\n${text}`).toBeLessThan(500);
      }
    });

    test('characters that the database cannot store are refused in every field', async () => {
      for (const text of ['a\0b', '\0', '\ud800']) {
        const answers = [
          await ada.api('/api/submit', { title: text }),
          await ada.api('/api/submit', { title: 'x', url: `https://river.example/${text}` }),
          await ada.api(`/api/objects/${story}/comments`, { body: text }),
          await ada.api(`/api/messages/${(await signUp()).name}`, { subject: text, body: text }),
          await browser().api('/api/sign-up', { name: text, password }),
          await browser().api('/api/sign-in', { name: text, password }),
          await browser().api('/api/sign-in', { name: ada.name, password: text.repeat(10) }),
          await ada.open(`/users/${encodeURIComponent(text.toWellFormed())}`),
          await ada.open(`/messages/${encodeURIComponent(text.toWellFormed())}`),
        ];
        expect(answers.filter(({ status }) => status >= 500).map((answer) => answer.text)).toEqual([]);
      }
    });

    test('a list that is asked for all at once stays a page', async () => {
      const { stories } = (await ada.api('/api/newest?limit=1000000&pageSize=1000000')).json() as {
        readonly stories: readonly unknown[];
      };
      expect(stories.length).toBeLessThanOrEqual(30);
    });

    test('the header of a host appears in no page', async () => {
      const { port } = new URL(address());
      const socket = connect(Number(port), '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\nhost: attacker.example\r\nx-forwarded-host: attacker.example\r\n');
      socket.write('accept: text/html\r\nconnection: close\r\n\r\n');
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      expect(answer).toContain('HTTP/1.1 200');
      expect(answer).not.toContain('attacker.example');
    });

    test('no answer contains the token of a session', async () => {
      const person = browser();
      const name = `user-${randomUUID().slice(0, 8)}`;
      const up = await person.api('/api/sign-up', { name, password });
      const first = person.cookies.get('session') ?? '';
      const signedIn = await person.api('/api/sign-in', { name, password });
      expect([up.json(), signedIn.json()]).toEqual([{ user: expect.any(Number) as number, name }, up.json()]);
      const second = person.cookies.get('session') ?? '';
      const texts = [up.text, signedIn.text, (await person.open('/')).text, (await person.open('/submit')).text];
      expect([first.length, second.length]).toEqual([43, 43]);
      for (const text of texts) for (const secret of [first, second]) expect(text).not.toContain(secret);
    });

    test('a wrong name and a wrong password get the same answer', async () => {
      const answers = [
        await browser().api('/api/sign-in', { name: ada.name, password: 'wrong horse battery' }),
        await browser().api('/api/sign-in', { name: `user-${randomUUID()}`, password: 'wrong horse battery' }),
      ];
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    });

    test('trying passwords from many invented addresses is slowed down too', async () => {
      const { name } = await signUp();
      const statuses: number[] = [];
      for (let i = 0; i < 14; i++) {
        const headers = {
          'content-type': 'application/json',
          'x-forwarded-for': `198.51.100.${i}`,
          forwarded: `for=198.51.100.${i}`,
          'x-real-ip': `198.51.100.${i}`,
        };
        const body = JSON.stringify({ name, password: `wrong password ${i}` });
        statuses.push(await send(browser(), '/api/sign-in', { method: 'POST', headers, body }));
      }
      expect(statuses).toContain(429);
    });

    test('the comments on a hidden object are not shown elsewhere', async () => {
      const moderator = await signUp();
      await kernel().run(() => kernel().get(Accounts).setRole(moderator.id, 'moderator'));
      const { id } = (await ada.api('/api/submit', { title: 'Spam' })).json() as { readonly id: number };
      const secret = randomUUID();
      await ada.api(`/api/objects/${id}/comments`, { body: secret });
      await moderator.api(`/api/objects/${id}/hide`, { reason: 'It is spam.' });
      for (const path of [`/objects/${id}/comments`, `/api/objects/${id}/comments`, `/stories/${id}`]) {
        expect((await ada.open(path)).text, path).not.toContain(secret);
      }
    });
  });
}
