import pg from 'pg';
import { onTestFinished } from 'vitest';
import { emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import { defineRevision, type DefinedRevision } from '../../src/contract/define-revision.ts';
import { sql, type Sql } from '../../src/contract/sql.ts';
import type { Kernel } from '../../src/open/open.ts';
import type { HostPlugin, OpenOptions } from '../../src/open/open-options.ts';
import { open } from '../../src/open/open.ts';

/** Returns SQL from a text. */
export function text(content: string): Sql {
  return { ...sql``, text: content };
}

/** Returns a revision of a plugin, whose number is that of its place on the branch. */
export function revision(id: string, up: string, rest: Partial<DefinedRevision> = {}): DefinedRevision {
  return defineRevision({ id, revises: null, up: text(up), ...rest });
}

/** Two plugins of a host: `shop` depends on `users`. */
export const shop: Readonly<Record<string, HostPlugin>> = {
  users: {
    revisions: [
      revision('users@0001_person', 'create table person (id int primary key)', { down: text('drop table person') }),
    ],
  },
  shop: {
    revisions: [
      revision('shop@0001_order', 'create table shop_order (person_id int not null references person)', {
        dependsOn: ['users@0001_person'],
        down: text('drop table shop_order'),
      }),
      revision('shop@0002_total', 'alter table shop_order add column total int', {
        revises: 'shop@0001_order',
        down: text('alter table shop_order drop column total'),
      }),
    ],
  },
};

/** Opens a kernel on an empty database, until the end of the test. */
export async function openOn(kind: DatabaseKind, options: OpenOptions = {}): Promise<Kernel> {
  const config = { database: urlOf(await emptyDatabase(kind)) };
  const kernel = await open({ config, plugins: shop, ...options });
  onTestFinished(() => kernel.close());
  return kernel;
}

/** Returns the URL of an empty database on the server. */
export async function emptyUrl(): Promise<string> {
  return urlOf(await emptyDatabase('postgres'));
}

/** Opens a host's pool, until the end of the test. */
export function openPool(url: string, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, ...options });
  onTestFinished(() => pool.end());
  return pool;
}

/** Opens a host's client, until the end of the test. */
export async function openClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}
