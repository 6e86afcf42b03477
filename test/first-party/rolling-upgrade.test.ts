import { Http } from '@headwater/plugin-http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { App } from '../../core/kernel/src/index.ts';
import { openBrowserSession, type BrowserSession } from '../helper/browser-session.ts';
import { emptyDatabase, onServer, urlOf } from '../helper/database.ts';
import { hasPgbouncer, pgbouncerSkipReason, startPgbouncer } from '../helper/pgbouncer.ts';
import { makeSiteProject } from './site-project.ts';

const password = 'correct horse battery';
const before = {
  app: { $package: '@headwater/app' },
  http: { port: 0 },
  site: {},
  accounts: { changesPerMinute: 100_000 },
  comments: {},
};
/** The upgrade adds tables, and a column to the table of objects, which the old processes write. */
const after = { ...before, likes: {}, messages: {}, moderation: {} };

/** A request of the load, with the status of its answer. */
type Answered = readonly [request: string, status: number];

describe.runIf(hasPgbouncer)(`two processes behind PgBouncer in transaction mode${pgbouncerSkipReason}`, () => {
  test('answer every request while an additive upgrade runs', async () => {
    const target = await emptyDatabase('postgres');
    const database = await startPgbouncer(urlOf(target), 'transaction', 8);
    const project = makeSiteProject(database);
    const replicas = [await project.start(before), await project.start(before)] as const;
    for (const replica of replicas) onTestFinished(() => replica.stop());
    const cookies = new Map<string, string>();
    const session = ({ get }: App): BrowserSession => openBrowserSession(get(Http).address() ?? '', cookies);
    const sessions = [session(replicas[0]), session(replicas[1])] as const;
    const [first] = sessions;
    await first.submit('/sign-up', '/sign-up', { name: 'ada', password });
    const { id } = (await first.api('/api/submit', { title: 'A river' })).json() as { readonly id: number };

    const kernel = await project.open(after);
    onTestFinished(() => kernel.close());
    const upgraded = Promise.withResolvers<void>();
    // Two clients for each process, which send requests during the whole upgrade and for a while before and after it.
    const clients = [...sessions, ...sessions].map((session) => load(session, id, upgraded.promise));
    const { applied } = await kernel.upgrade();
    upgraded.resolve();
    expect(applied).toContain('likes@0002_count_on_object');
    const answers = (await Promise.all(clients)).flat();

    expect(answers.filter(([, status]) => status >= 400)).toEqual([]);
    const written = answers.filter(([request]) => request.startsWith('POST')).length;
    expect(written).toBeGreaterThan(0);
    const [row] = await onServer(
      new URL(urlOf(target)).pathname.slice(1),
      'select count(*)::int as n from comments_comment',
    );
    expect(row).toEqual({ n: written });

    const next = await project.start(after);
    onTestFinished(() => next.stop());
    const page = await session(next).open(`/stories/${id}`);
    expect([page.status, page.text.includes('class="plain heart"')]).toEqual([200, true]);
    expect((await first.open(`/stories/${id}`)).status).toBe(200);
  });
});

/** Reads and writes until `done`, and then 10 times more. */
async function load(session: BrowserSession, story: number, done: Promise<void>): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  let rounds = Infinity;
  void done.then(() => (rounds = 10));
  for (; rounds > 0; rounds--) {
    const path = `/objects/${story}/comments`;
    answers.push([`POST ${path}`, (await session.api(`/api${path}`, { body: 'Which one?' })).status]);
    for (const page of ['/', '/newest', `/stories/${story}`, '/submit']) {
      answers.push([`GET ${page}`, (await session.open(page)).status]);
    }
  }
  return answers;
}
