import { randomUUID } from 'node:crypto';
import { Accounts } from '@headwater/plugin-accounts';
import { Http } from '@headwater/plugin-http';
import type { TestKernel } from '@headwater/dev/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { openBrowserSession, type BrowserSession } from '../helper/browser-session.ts';

const password = 'correct horse battery';
const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;

/** A user with a browser. */
interface Person extends BrowserSession {
  readonly id: number;
  readonly name: string;
}

/** Registers the tests of the site by requests to a running application with all first-party plugins. */
export function testSite(kernel: () => TestKernel): void {
  const browser = (): BrowserSession => openBrowserSession(kernel().get(Http).address() ?? '');
  const newName = (): string => `user-${randomUUID().slice(0, 8)}`;

  async function signUp(name = newName()): Promise<Person> {
    const session = browser();
    const answer = await session.api('/api/sign-up', { name, password });
    expect(answer.status, answer.text).toBe(200);
    // The answer of this action.
    const { user: id } = answer.json() as { readonly user: number };
    return { ...session, id, name };
  }

  async function submitStory({ api }: BrowserSession, title = 'A river', url?: string): Promise<number> {
    const answer = await api('/api/submit', { title, ...(url !== undefined && { url }) });
    expect(answer.status, answer.text).toBe(200);
    return (answer.json() as { readonly id: number }).id;
  }

  let ada: Person;
  let grace: Person;
  beforeAll(async () => {
    [ada, grace] = [await signUp(), await signUp()];
  });

  describe('without script, a user', () => {
    test('creates an account, signs out and signs in', async () => {
      const { submit, open, cookies } = browser();
      const name = newName();
      const created = await submit('/sign-up', '/sign-up', { name, password });
      expect([created.status, created.headers.get('location')]).toEqual([303, '/']);
      expect((await open('/')).text).toContain(name);
      const out = await submit('/', '/sign-out', {});
      expect(out.status).toBe(303);
      expect(cookies.size).toBe(0);
      expect((await open('/')).text).not.toContain(name);
      const back = await submit('/sign-in?back=/newest', '/sign-in', { name, password });
      expect(back.headers.get('location')).toBe('/newest');
      expect((await open('/')).text).toContain(name);
    });

    test('submits a story, comments, replies, likes and unlikes', async () => {
      const submitted = await ada.submit('/submit', '/submit', { title: 'A <river>', url: 'https://river.example/' });
      const path = submitted.headers.get('location') ?? '';
      expect(path).toMatch(/^\/stories\/\d+$/);
      const id = path.split('/')[2];
      await grace.submit(path, `/objects/${id}/comments`, { body: 'Which one?' });
      const { text } = await ada.open(path);
      const comment = /id="comment-(\d+)"/.exec(text)?.[1];
      await ada.submit(path, `/objects/${comment}/comments`, { body: 'That one.' });
      const thread = (await ada.api(`/api/objects/${id}/comments`)).json();
      expect(thread).toMatchObject({
        comments: [{ content: { body: 'Which one?' }, replies: [{ content: { body: 'That one.' } }] }],
      });
      const liked = await grace.submit(path, `/objects/${id}/like`, {});
      expect([liked.status, liked.headers.get('location')]).toEqual([303, path]);
      expect((await grace.open(path)).text).toContain(`action="/objects/${id}/unlike"`);
      expect((await ada.open(path)).text).toContain('1 <span class="hidden">like</span>');
      await grace.submit(path, `/objects/${id}/unlike`, {});
      expect((await ada.open(path)).text).toContain('0 <span class="hidden">likes</span>');
    });

    test('writes a message, which its recipient finds', async () => {
      const path = `/messages/${grace.name}`;
      const body = `How are you? ${randomUUID()}`;
      expect((await ada.submit(path, path, { subject: 'Hello', body })).status).toBe(303);
      expect((await grace.open('/')).text).toContain('class="count"');
      expect((await grace.open('/messages')).text).toContain('Hello');
      // Nobody has read a message because a program asked for the page, or a browser fetched it ahead.
      const cookie = Array.from(grace.cookies, ([name, value]) => `${name}=${value}`).join('; ');
      const address = `${kernel().get(Http).address()}/messages/${ada.name}`;
      expect((await fetch(address, { method: 'HEAD', headers: { cookie } })).status).toBe(200);
      await grace.open(`/messages/${ada.name}`, { 'sec-purpose': 'prefetch' });
      expect((await grace.open('/')).text).toContain('class="count"');
      expect((await grace.open(`/messages/${ada.name}`)).text).toContain(body);
      expect((await grace.open('/')).text).not.toContain('class="count"');
    });

    test('who is a moderator hides an object and restores it, and others find both in no page', async () => {
      const [author, moderator] = [await signUp(), await signUp()];
      await kernel().run(() => kernel().get(Accounts).setRole(moderator.id, 'moderator'));
      const title = `Spam ${randomUUID()}`;
      const id = await submitStory(author, title);
      const hidden = await moderator.submit(`/stories/${id}`, `/objects/${id}/hide`, { reason: 'It is spam.' });
      expect(hidden.headers.get('location')).toBe('/moderation');
      expect((await author.open(`/stories/${id}`)).status).toBe(404);
      expect((await author.open('/newest')).text).not.toContain(title);
      const trail = (await moderator.open('/moderation')).text;
      expect(trail).toContain('It is spam.');
      expect(trail).toContain(moderator.name);
      await moderator.submit('/moderation', `/objects/${id}/restore`, { reason: 'It is not.' });
      expect((await author.open(`/stories/${id}`)).status).toBe(200);
      expect((await author.open('/moderation')).status).toBe(403);
      expect((await author.api(`/api/objects/${id}/hide`, { reason: 'Mine!' })).status).toBe(403);
      expect((await browser().open('/moderation')).status).toBe(401);
    });

    test('walks through all stories, each once', async () => {
      const ids = [];
      for (let i = 0; i < 35; i++) ids.push(await submitStory(await walker(i), `Story ${i}`));
      for (const list of ['/api', '/api/newest']) {
        const seen: number[] = [];
        let next: string | null = '';
        while (next !== null) {
          const { stories, next: after } = (
            await ada.api(`${list}?after=${encodeURIComponent(next)}`.replace(/\?after=$/, ''))
          ).json() as {
            readonly stories: readonly { readonly id: number }[];
            readonly next: string | null;
          };
          seen.push(...stories.map(({ id }) => id));
          next = after;
        }
        expect(new Set(seen).size, list).toBe(seen.length);
        expect(
          ids.filter((id) => !seen.includes(id)),
          list,
        ).toEqual([]);
      }
    });

    test('walks through the stories of a user, from the profile on', async () => {
      const author = await signUp();
      for (let i = 0; i < 21; i++) await submitStory(author, `Story ${i}`);
      const titlesOn = async (path: string): Promise<readonly [readonly string[], string | undefined]> => {
        const { text } = await grace.open(path);
        const titles = Array.from(text.matchAll(/class="title"[^>]*>([^<]*)</g), ([, title = '']) => title);
        return [titles, /<a href="([^"]*)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&')];
      };
      const [latest, next = ''] = await titlesOn(`/users/${author.name}`);
      expect(next).toMatch(`/users/${author.name}/stories?after=`);
      const [earlier, end] = await titlesOn(next);
      expect([...latest, ...earlier]).toEqual(Array.from({ length: 21 }, (_, i) => `Story ${20 - i}`));
      expect(end).toBeUndefined();
      const { stories } = (await grace.api(`/api/users/${author.name}/stories`)).json() as {
        readonly stories: readonly { readonly title: string; readonly comments: number | null }[];
      };
      expect(stories[0]).toMatchObject({ title: 'Story 20', comments: 0 });
    });

    /** No user may submit this many stories within a minute. */
    const walkers: Person[] = [];
    const walker = async (i: number): Promise<Person> => (walkers[Math.floor(i / 20)] ??= await signUp());
  });

  describe('a page', () => {
    test('is answered with 304 if nothing has changed', async () => {
      const id = await submitStory(ada);
      const first = await ada.open(`/stories/${id}`);
      const again = await ada.open(`/stories/${id}`, { 'if-none-match': first.headers.get('etag') ?? '' });
      expect(again.status).toBe(304);
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
    });

    test('of an error offers a visitor to sign in', async () => {
      const { status, text } = await browser().open('/submit');
      expect(status).toBe(401);
      expect(text).toContain('href="/sign-in"');
    });

    test('has no script but the one of the site', async () => {
      const { text, headers } = await ada.open('/');
      expect(Array.from(text.matchAll(/<script[^>]*>/g), ([tag]) => tag)).toEqual([
        expect.stringMatching(/^<script type="module" src="\/assets\/site\.js\?v=[\w-]+">$/),
      ]);
      expect(text).not.toMatch(/ style=| on[a-z]+=/);
      expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    });
  });

  describe('an attack by', () => {
    test('stored markup has no effect in any field', async () => {
      const id = await submitStory(ada, attack, `https://river.example/${attack}`);
      await ada.api(`/api/objects/${id}/comments`, { body: attack });
      await ada.api(`/api/messages/${grace.name}`, { subject: attack, body: attack });
      const moderator = await signUp();
      await kernel().run(() => kernel().get(Accounts).setRole(moderator.id, 'admin'));
      const spam = await submitStory(ada, attack);
      await moderator.api(`/api/objects/${spam}/hide`, { reason: attack });
      const pages = [
        await grace.open('/newest'),
        await grace.open(`/stories/${id}`),
        await grace.open(`/objects/${id}/comments`),
        await grace.open(`/users/${ada.name}`),
        await grace.open('/messages'),
        await grace.open(`/messages/${ada.name}`),
        await moderator.open('/moderation'),
      ];
      for (const { status, text } of pages) {
        expect(status).toBe(200);
        expect(text).toContain('&lt;script');
        expect(text).not.toMatch(/<script>|<img/);
      }
    });

    test('markup in an address has no effect', async () => {
      const value = encodeURIComponent(attack);
      for (const path of [
        `/users/${value}`,
        `/sign-in?back=${value}`,
        `/?after=${value}`,
        `/${value}`,
        `/stories/${value}`,
      ]) {
        const { text } = await ada.open(path);
        expect(text, path).not.toMatch(/<script>|<img/);
      }
    });

    test.each(['javascript:alert(1)', 'data:text/html,x', ' javascript:alert(1)', 'java\nscript:alert(1)'])(
      'a link to %j is refused',
      async (url) => {
        const answer = await ada.api('/api/submit', { title: 'A river', url });
        expect(answer.status).toBe(422);
      },
    );

    test('a form of another site is rejected', async () => {
      const id = await submitStory(ada);
      const path = `/objects/${id}/like`;
      for (const headers of [
        { origin: 'https://attacker.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        // A browser that states no origin sends no token either.
        {},
      ]) {
        expect((await grace.post(path, {}, headers)).status, JSON.stringify(headers)).toBe(403);
      }
      const other = await signUp();
      const form = (await other.open(`/stories/${id}`)).text;
      const token = /name="token" value="([^"]+)"/.exec(form)?.[1] ?? '';
      expect(token).not.toBe('');
      expect((await grace.post(path, { token })).status, 'the token of another session').toBe(403);
      expect((await grace.post('/sign-out', {})).status).toBe(403);
      expect((await grace.api(`/api/objects/${id}/comments`)).json()).toMatchObject({ comments: [] });
      expect((await ada.open(`/stories/${id}`)).text).toContain('0 <span class="hidden">likes</span>');
    });

    test('a form that signs a visitor in to the account of the attacker is rejected', async () => {
      const visitor = browser();
      for (const headers of [{ origin: 'https://attacker.example' }, { 'sec-fetch-site': 'cross-site' }, {}]) {
        const answer = await visitor.post('/sign-in', { name: ada.name, password }, headers);
        expect(answer.status, JSON.stringify(headers)).toBe(403);
        expect(visitor.cookies.size).toBe(0);
      }
    });

    test('a session that was known before the sign-in is not used', async () => {
      const visitor = browser();
      visitor.cookies.set('session', 'known-to-the-attacker');
      await visitor.api('/api/sign-in', { name: ada.name, password });
      const first = visitor.cookies.get('session');
      expect(first).not.toBe('known-to-the-attacker');
      expect(first).toHaveLength(43);
      await visitor.api('/api/sign-in', { name: ada.name, password });
      expect(visitor.cookies.get('session')).not.toBe(first);
      const old = browser();
      old.cookies.set('session', first ?? '');
      expect((await old.open('/submit')).status).toBe(401);
    });

    test('a cookie after the end of its session is not used', async () => {
      const person = await signUp();
      const stolen = new Map(person.cookies);
      await person.submit('/', '/sign-out', {});
      for (const [name, value] of stolen) person.cookies.set(name, value);
      expect((await person.open('/submit')).status).toBe(401);
    });

    test('operator objects and wrong types in JSON are refused', async () => {
      const id = await submitStory(ada);
      const operator = { $ne: 'x' };
      for (const [path, body] of [
        ['/api/sign-in', { name: operator, password }],
        ['/api/sign-in', { name: ada.name, password: operator }],
        ['/api/submit', { title: operator }],
        ['/api/submit', { title: ['A river'] }],
        [`/api/objects/${id}/comments`, { body: operator }],
        [`/api/messages/${grace.name}`, { subject: operator, body: 'x' }],
      ] as const) {
        expect((await ada.api(path, body)).status, path).toBe(400);
      }
      for (const path of [
        '/api/stories/{"$ne":0}',
        '/api/stories/1e400',
        '/api/stories/99999999999',
        '/api/objects/[1]/comments',
      ]) {
        expect([404, 422], path).toContain((await ada.api(path)).status);
      }
    });

    test('SQL in a value is a value', async () => {
      const sql = "'; drop table core_user; --";
      const id = await submitStory(ada, sql);
      expect((await ada.api(`/api/stories/${id}`)).json()).toMatchObject({ title: sql });
      for (const path of [`/users/${encodeURIComponent(sql)}`, `/?after=${encodeURIComponent(sql)}`]) {
        expect([404, 422]).toContain((await ada.open(path)).status);
      }
      expect((await ada.api('/api/sign-in', { name: sql, password })).status).toBe(422);
      expect((await ada.open(`/users/${ada.name}`)).status).toBe(200);
    });

    test('messages of others cannot be read, whatever is requested', async () => {
      const eve = await signUp();
      const secret = randomUUID();
      await ada.api(`/api/messages/${grace.name}`, { subject: 'Secret', body: secret });
      for (const path of [
        '/messages',
        `/messages/${ada.name}`,
        `/messages/${grace.name}`,
        `/messages/${ada.name}?before=999999`,
      ]) {
        expect((await eve.open(path)).text, path).not.toContain(secret);
        expect((await eve.api(`/api${path}`)).text, path).not.toContain(secret);
        expect((await browser().open(path)).status, path).toBe(401);
      }
    });

    test('a way back to another site leads to the front page', async () => {
      for (const back of [
        'https://attacker.example/',
        '//attacker.example',
        '/\\attacker.example',
        '/x\r\nset-cookie: a=b',
      ]) {
        const visitor = browser();
        const answer = await visitor.post('/sign-in', { name: ada.name, password, back });
        expect(answer.status, back).toBe(303);
        expect(answer.headers.get('location'), back).toMatch(/^\/(?:x|$)/);
        expect(answer.headers.getSetCookie(), back).toHaveLength(1);
      }
    });

    test('paths that leave a folder find nothing', async () => {
      for (const path of [
        '/assets/../package.json',
        '/assets/..%2fpackage.json',
        '/assets/%2e%2e/package.json',
        '/assets/site.css%00',
      ]) {
        expect([400, 404], path).toContain((await ada.open(path)).status);
      }
    });

    test('an oversized body is refused', async () => {
      const answer = await ada.api('/api/submit', { title: 'x'.repeat(200_000) });
      expect(answer.status).toBe(413);
    });

    test('trying passwords is slowed down', async () => {
      const { name } = await signUp();
      const statuses = [];
      for (let i = 0; i < 14; i++) {
        statuses.push((await browser().api('/api/sign-in', { name, password: `wrong password ${i}` })).status);
      }
      expect(statuses).toContain(429);
      expect((await browser().api('/api/sign-in', { name, password })).status, 'the right one too').toBe(429);
    });
  });
}
