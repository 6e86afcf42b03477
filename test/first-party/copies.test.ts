import { join } from 'node:path';
import { FrontPage, Story } from '@headwater/app';
import { Comments } from '@headwater/plugin-comments';
import { Objects, Users } from '@headwater/plugin-core';
import { Likes } from '@headwater/plugin-likes';
import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { App } from '../../core/kernel/src/boot/app.ts';
import { openPglite } from '../../core/kernel/src/db/pglite-session.ts';
import { open, type Kernel } from '../../core/kernel/src/open/open.ts';
import type { HostDatabase } from '../../core/kernel/src/open/open-options.ts';
import { openPool } from '../../core/kernel/test/open/support.ts';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../helper/database.ts';

const root = join(import.meta.dirname, '../..');
const copies: readonly HostDatabase[] = [
  { schema: 'north', ledger: 'north_ledger' },
  { schema: 'South Side', ledger: 'South Ledger' },
  {},
];

type Connection = PGlite | ReturnType<typeof openPool>;

async function connectionTo(kind: DatabaseKind): Promise<Connection> {
  if (kind === 'postgres') return openPool(urlOf(await emptyDatabase(kind)));
  const { engine, close } = await openPglite({ kind, directory: null, shown: 'pglite://' });
  onTestFinished(close);
  return engine;
}

/** Opens the community in one of the schemas, with the plugins that work without a web server. */
async function openCopy(connection: Connection, database: HostDatabase): Promise<Kernel> {
  const plugins = { core: {}, likes: {}, comments: {}, messages: {}, app: { package: './app' } };
  const kernel = await open({ connection, root, config: { database }, plugins });
  onTestFinished(() => kernel.close());
  return kernel;
}

/** Lets a user publish a story, like it and comment on it. The services use entities and SQL without schemas. */
async function publish({ get, run }: App, title: string): Promise<number> {
  const ada = await run(() => get(Users).create({ name: 'ada' }));
  const story = await run(() => get(Objects).publish(Story, { author: ada.id, title }));
  await run(() => get(Likes).like(ada.id, story.id));
  await run(() => get(Comments).reply({ to: story.id, author: ada.id, body: 'Welcome' }));
  return story.id;
}

describe.each(databaseKinds)('copies of the community in one database on %s', (kind) => {
  it('have their own tables, rows and histories', async () => {
    const connection = await connectionTo(kind);
    const kernels = await Promise.all(copies.map((copy) => openCopy(connection, copy)));
    const apps: App[] = [];
    for (const kernel of kernels) apps.push(await kernel.start());
    for (const [i, app] of apps.entries()) {
      const story = await publish(app, `Story of copy ${i}`);
      const page = await app.run(() => app.get(FrontPage).top());
      expect(page.map(({ title, likes, comments }) => ({ title, likes, comments }))).toEqual([
        { title: `Story of copy ${i}`, likes: 1, comments: 1 },
      ]);
      expect(await app.run(() => app.get(Likes).countOf(story))).toBe(1);
    }
    for (const app of apps) await app.stop();
    const [north, south] = kernels;
    await north?.downgrade('likes@base', { cascade: true });
    expect((await north?.status())?.pending).toEqual(['likes@0001_create_like', 'likes@0002_count_on_object']);
    expect((await south?.status())?.pending).toEqual([]);
    await north?.upgrade();
    const likes = `select (select count(*) from north.likes_like)::int as north, (select count(*) from "South Side".likes_like)::int as south`;
    const { rows } = connection instanceof pg.Pool ? await connection.query(likes) : await connection.query(likes);
    expect(rows).toEqual([{ north: 0, south: 1 }]);
  });
});
