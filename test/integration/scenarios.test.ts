import type { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import type { DefinedRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { open, type Kernel } from '../../core/kernel/src/open/open.ts';
import type { HostPlugin } from '../../core/kernel/src/open/open-options.ts';
import { emptyUrl, openPool, revision, text } from '../../core/kernel/test/open/support.ts';
import { databaseContent, type DatabaseContent } from '../helper/database-content.ts';
import { databaseKinds, type DatabaseKind } from '../helper/database.ts';
import { clearRawPglite, openRawPglite } from '../helper/raw-pglite.ts';

/*
 * Situations in which other tools lose their way. Of those that an operator meets, these are tested elsewhere: a package
 * that is removed before its plugin is uninstalled and installed again (core/kernel/test/cli/undo-and-uninstall.test.ts),
 * and an enum value that the next revision of a fresh installation uses (core/kernel/test/run/apply.test.ts).
 */

type Plugins = Readonly<Record<string, HostPlugin>>;

/** A database that several versions of an application use, one after the other. */
interface Site {
  /** Opens the plugins of a version, runs `work`, and closes them. */
  readonly with: <T>(plugins: Plugins, work: (kernel: Kernel) => Promise<T>) => Promise<T>;
  readonly content: () => Promise<DatabaseContent>;
}

let embedded: PGlite | null = null;
afterAll(() => embedded?.close());

/** Starting an engine takes a second, so all tests share one, which is emptied between them. */
async function openEmbedded(): Promise<PGlite> {
  embedded ??= await openRawPglite();
  await embedded.exec('drop schema if exists kernel cascade');
  await clearRawPglite(embedded);
  return embedded;
}

async function siteOn(kind: DatabaseKind): Promise<Site> {
  return kind === 'pglite' ? siteAt(await openEmbedded()) : siteAt(openPool(await emptyUrl()));
}

function siteAt(connection: PGlite | Pool): Site {
  type Rows = readonly Record<string, unknown>[];
  const query = async (text: string): Promise<Rows> => {
    if ('exec' in connection) return (await connection.query<Record<string, unknown>>(text)).rows;
    return (await connection.query<Record<string, unknown>>(text)).rows;
  };
  return {
    async with(plugins, work) {
      await using kernel = await open({ connection, plugins });
      return await work(kernel);
    },
    content: () => databaseContent(query),
  };
}

const plugin = (...revisions: readonly DefinedRevision[]): HostPlugin => ({ revisions });

const person = revision('users@0001_person', 'create table person (id int primary key, nickname text)', {
  down: text('drop table person'),
});
const email = revision('users@0002_email', 'alter table person add column email text unique', {
  revises: 'users@0001_person',
  down: text('alter table person drop column email'),
});
const order = revision('shop@0001_order', 'create table shop_order (person_id int references person)', {
  dependsOn: ['users@0001_person'],
  down: text('drop table shop_order'),
});
const invoice = revision('shop@0002_invoice', 'create table shop_invoice (email text references person (email))', {
  revises: 'shop@0001_order',
  dependsOn: ['users@0002_email'],
  down: text('drop table shop_invoice'),
});

const oldVersion: Plugins = { users: plugin(person), shop: plugin(order) };
const newVersion: Plugins = { users: plugin(person, email), shop: plugin(order, invoice) };

/** The functions behind the commands that only read. */
const readings: readonly (readonly [string, (kernel: Kernel) => Promise<unknown>])[] = [
  ['status', (kernel) => kernel.status()],
  ['plan', (kernel) => kernel.plan()],
  ['sql', (kernel) => kernel.sql({ current: true })],
  ['history', (kernel) => kernel.history()],
  ['branches', (kernel) => kernel.branches()],
  ['current', (kernel) => kernel.current()],
  ['graph', (kernel) => kernel.graph()],
  ['show', (kernel) => kernel.show('shop@0002')],
  ['why', (kernel) => kernel.whyNot('shop@0002')],
  ['plugins', (kernel) => kernel.plugins()],
  ['objects', (kernel) => kernel.objects()],
  ['drift', (kernel) => kernel.drift()],
  ['runs', (kernel) => kernel.runs()],
  ['doctor', (kernel) => kernel.diagnose()],
  ['footprint', (kernel) => kernel.footprint('shop')],
];

describe.each(databaseKinds)('on %s', (kind) => {
  it('a plugin is deactivated: then every command works, and none touches what it has', async () => {
    const site = await siteOn(kind);
    await site.with(newVersion, (kernel) => kernel.upgrade());
    const before = await site.content();
    await site.with({ users: plugin(person, email) }, async (kernel) => {
      for (const [name, read] of readings) expect(await read(kernel), name).toBeDefined();
      expect(await kernel.status()).toMatchObject({ pending: [], dormant: ['shop@0001_order', 'shop@0002_invoice'] });
      expect(await kernel.upgrade()).toMatchObject({ applied: [] });
      await expect(kernel.downgrade('users@base')).rejects.toMatchObject({
        code: 'DOWNGRADE_BLOCKED',
        written: 'Nothing was written.',
      });
    });
    expect(await site.content()).toEqual(before);
    await site.with(newVersion, async (kernel) => {
      expect(await kernel.status()).toMatchObject({ pending: [], dormant: [] });
      expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    });
  });

  it('core is rolled back under a plugin: refused with the revision that the plugin needs, until one of both changes', async () => {
    const site = await siteOn(kind);
    await site.with(newVersion, (kernel) => kernel.upgrade());
    const before = await site.content();
    const rolledBack = { users: plugin(person), shop: plugin(order, invoice) };
    await expect(site.with(rolledBack, (kernel) => kernel.upgrade())).rejects.toMatchObject({
      code: 'DEPENDENCY_UNKNOWN',
      message: expect.stringContaining('users@0002_email') as unknown,
      written: 'Nothing was written.',
    });
    await site.with(oldVersion, async (kernel) => {
      expect(await kernel.upgrade()).toMatchObject({ applied: [], ahead: ['users@0002_email', 'shop@0002_invoice'] });
    });
    await site.with(newVersion, async (kernel) =>
      expect(await kernel.upgrade()).toMatchObject({ applied: [], ahead: [] }),
    );
    expect(await site.content()).toEqual(before);
  });

  it('the image of the application is rolled back: it runs on the newer database unless a change was breaking', async () => {
    const site = await siteOn(kind);
    const dropped = revision('users@0003_drop', 'alter table person drop column nickname', {
      revises: 'users@0002_email',
      breaking: true,
    });
    await site.with(newVersion, (kernel) => kernel.upgrade());
    await site.with(oldVersion, async (kernel) => {
      expect(await kernel.status()).toMatchObject({ error: null, ahead: ['users@0002_email', 'shop@0002_invoice'] });
      for (const [name, read] of readings) expect(await read(kernel), name).toBeDefined();
    });
    await site.with({ ...newVersion, users: plugin(person, email, dropped) }, (kernel) => kernel.upgrade());
    const before = await site.content();
    await site.with(oldVersion, async (kernel) => {
      await expect(kernel.upgrade()).rejects.toMatchObject({ exitCode: 33, written: 'Nothing was written.' });
      expect((await kernel.status()).error).toMatchObject({ exitCode: 33 });
    });
    expect(await site.content()).toEqual(before);
  });

  it('an applied revision is edited: nothing runs, and the difference is shown', async () => {
    const site = await siteOn(kind);
    await site.with(oldVersion, (kernel) => kernel.upgrade());
    const before = await site.content();
    const edited = revision('users@0001_person', 'create table person (id bigint primary key)');
    await site.with({ users: plugin(edited, email), shop: plugin(order, invoice) }, async (kernel) => {
      await expect(kernel.upgrade()).rejects.toMatchObject({
        code: 'REVISION_EDITED',
        written: 'Nothing was written.',
      });
      const { edited: found } = await kernel.show('users@0001');
      expect(JSON.stringify(found)).toContain('id bigint');
    });
    expect(await site.content()).toEqual(before);
  });

  it('a merge in version control leaves two heads: refused, until a revision joins them on every database', async () => {
    const phone = revision('users@0002_phone', 'create table phone (person_id int references person)', {
      revises: 'users@0001_person',
    });
    const joined = revision('users@0003_merge', '', { revises: ['users@0002_email', 'users@0002_phone'] });
    const both = { users: plugin(person, email, phone) };
    const merged = { users: plugin(person, email, phone, joined) };
    const contents: DatabaseContent[] = [];
    for (const branch of [[person, email], [person, phone], [person], []]) {
      const site = await siteOn(kind);
      await site.with({ users: plugin(...branch) }, (kernel) => kernel.upgrade());
      const before = await site.content();
      await site.with(both, async (kernel) => {
        await expect(kernel.upgrade()).rejects.toMatchObject({
          code: 'SEVERAL_HEADS',
          written: 'Nothing was written.',
        });
        const [shape] = await kernel.branches();
        expect(shape?.heads).toEqual(['users@0002_email', 'users@0002_phone']);
      });
      expect(await site.content()).toEqual(before);
      await site.with(merged, async (kernel) => {
        await kernel.upgrade();
        expect(await kernel.status()).toMatchObject({ pending: [], error: null });
      });
      contents.push(await site.content());
    }
    for (const content of contents) expect(content).toEqual(contents[0]);
  }, 90_000);

  it('a plugin is installed after core dropped what it reads: the plan warns, and the failure names the revision', async () => {
    const site = await siteOn(kind);
    const dropped = revision('users@0002_drop', 'alter table person drop column nickname', { revises: person.id });
    const users = plugin(person, dropped);
    await site.with({ users }, (kernel) => kernel.upgrade());
    const before = await site.content();
    const late = plugin(
      revision('late@0001_names', 'create view late_names as select p.nickname from person p', {
        dependsOn: ['users@0001_person'],
      }),
    );
    await site.with({ users, late }, async (kernel) => {
      expect((await kernel.plan()).removed).toMatchObject([
        { revision: 'late@0001_names', removedBy: 'users@0002_drop' },
      ]);
      await expect(kernel.upgrade()).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: expect.stringContaining('users@0002_drop') as unknown,
      });
    });
    expect(await site.content()).toEqual(before);
  });
});
