import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import { defineRevision } from '../../src/contract/define-revision.ts';
import { openPglite } from '../../src/db/pglite-session.ts';
import { lockArguments, lockKey } from '../../src/run/migration-lock.ts';
import type { Kernel } from '../../src/open/open.ts';
import { open } from '../../src/open/open.ts';
import type { HostDatabase, OpenOptions } from '../../src/open/open-options.ts';
import { openPool, revision, shop, text } from './support.ts';

/** One database that several applications share. */
interface Site {
  /** Opens an application with these schemas, until the end of the test. */
  readonly app: (schemas: HostDatabase, options?: OpenOptions) => Promise<Kernel>;
  readonly query: (sql: string) => Promise<readonly Record<string, unknown>[]>;
  /** Lists `schema.table` for each table outside the server's schemas. */
  readonly tables: () => Promise<readonly string[]>;
}

const listTables = `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`;

async function siteOn(kind: DatabaseKind): Promise<Site> {
  const connection = kind === 'pglite' ? await openEngine() : openPool(urlOf(await emptyDatabase(kind)));
  const query: Site['query'] = async (sql) =>
    connection instanceof pg.Pool
      ? (await connection.query<Record<string, unknown>>(sql)).rows
      : (await connection.query<Record<string, unknown>>(sql)).rows;
  return {
    query,
    async app(schemas, options = {}) {
      const kernel = await open({ connection, config: { database: schemas }, plugins: shop, ...options });
      onTestFinished(() => kernel.close());
      return kernel;
    },
    tables: async () => (await query(listTables)).map(({ name }) => String(name)),
  };
}

async function openEngine(): Promise<PGlite> {
  const { engine, close } = await openPglite({ kind: 'pglite', directory: null, shown: 'pglite://' });
  onTestFinished(close);
  return engine;
}

const ledgerTables = (schema: string): readonly string[] =>
  ['event', 'format', 'ledger', 'run'].map((table) => `${schema}.${table}`);
const tablesOf = (schema: string): readonly string[] => ['person', 'shop_order'].map((table) => `${schema}.${table}`);

/** A plugin with one revision. */
function plugin(up: string, rest: Parameters<typeof revision>[2] = {}): NonNullable<OpenOptions['plugins']> {
  return { one: { revisions: [revision('one@0001_first', up, rest)] } };
}

describe.each(databaseKinds)('applications that share a database on %s', (kind) => {
  it('keep to their schemas, whatever the names', async () => {
    const site = await siteOn(kind);
    const names = ['a', 'My App', `it's "quoted"`, 'user'];
    for (const name of names) {
      const kernel = await site.app({ schema: name, ledger: `${name} ledger` });
      expect((await kernel.upgrade()).applied).toHaveLength(3);
      expect((await kernel.upgrade()).applied).toEqual([]);
      expect(await kernel.status()).toMatchObject({ pending: [], error: null });
    }
    const expected = names.flatMap((name) => [...tablesOf(name), ...ledgerTables(`${name} ledger`)]);
    expect([...(await site.tables())].toSorted()).toEqual(expected.toSorted());
    const [first] = names;
    const kernel = await site.app({ schema: first ?? '', ledger: `${first} ledger` });
    await kernel.downgrade('users@base', { cascade: true });
    expect((await site.tables()).filter((table) => table.endsWith('.person'))).toHaveLength(names.length - 1);
  });

  it('may also be one in public with the ledger of the first version, which has no claim', async () => {
    const site = await siteOn(kind);
    await (await site.app({})).upgrade();
    await (await site.app({ schema: 'second', ledger: 'second_ledger' })).upgrade();
    expect(await site.tables()).toEqual(
      [
        ...ledgerTables('kernel'),
        ...tablesOf('public'),
        ...tablesOf('second'),
        ...ledgerTables('second_ledger'),
      ].toSorted(),
    );
    const comments = await site.query(
      `select c.relnamespace::regnamespace::text as schema, obj_description(c.oid) as comment from pg_class c where relname = 'ledger' order by 1`,
    );
    expect(comments).toEqual([
      { schema: 'kernel', comment: null },
      { schema: 'second_ledger', comment: 'headwater: tables in second' },
    ]);
  });

  it.each([
    ['two ledgers for the same tables', { schema: 'a', ledger: 'y' }, 'belong to the application with the ledger "x"'],
    ['one ledger for tables in two schemas', { schema: 'b', ledger: 'x' }, 'is that of the tables in the schema "a"'],
    ['tables in the ledger of another', { schema: 'x', ledger: 'y' }, 'is the ledger of another application'],
    ['a ledger among the tables of another', { schema: 'b', ledger: 'a' }, 'has the tables of the application'],
    ['the usual schema, whose ledger is for other tables', { ledger: 'x' }, 'is that of the tables in the schema "a"'],
  ])('are refused with %s, and nothing is written', async (_, schemas, message) => {
    const site = await siteOn(kind);
    await (await site.app({ schema: 'a', ledger: 'x' })).upgrade();
    const before = await site.query('select nspname from pg_namespace order by 1');
    const kernel = await site.app(schemas);
    for (const call of [kernel.upgrade, kernel.status, kernel.plan]) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SCHEMA_TAKEN', exitCode: 15, written: 'Nothing was written.' });
      expect(error).toMatchObject({ message: expect.stringContaining(message) as unknown });
    }
    expect(await site.query('select nspname from pg_namespace order by 1')).toEqual(before);
  });

  it('can move a ledger by renaming its schema, and its tables too', async () => {
    const site = await siteOn(kind);
    await (await site.app({})).upgrade();
    const error = await (await site.app({ ledger: 'headwater' })).upgrade().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SCHEMA_TAKEN' });
    const hint = (error as { hint: string }).hint;
    expect(hint).toContain('stop all of its processes first');
    await site.query(/alter schema .*;/.exec(hint)?.[0] ?? '');
    expect((await (await site.app({ ledger: 'headwater' })).status()).pending).toEqual([]);
    // A process with the old setting would begin from the start in the same tables.
    await expect((await site.app({})).upgrade()).rejects.toMatchObject({ code: 'SCHEMA_TAKEN' });
  });

  it('are refused if a text names a schema, before anything is written', async () => {
    const site = await siteOn(kind);
    const kernel = await site.app(
      { schema: 'a', ledger: 'x' },
      { plugins: { ...shop, ...plugin('create table public.t (id int)') } },
    );
    const refusal = { code: 'SCHEMA_NAMED', exitCode: 35, details: { revision: 'one@0001_first', schema: 'public' } };
    expect((await kernel.status()).error).toMatchObject(refusal);
    await expect(kernel.upgrade()).rejects.toMatchObject(refusal);
    expect(await site.tables()).toEqual([]);
  });

  it.each([
    ['a table in public', `execute 'create table public.t (id int)'`],
    ['rows of another application', `execute 'insert into public.person values (1)'`],
    ['another ledger', `execute 'delete from kernel.ledger'`],
    ['a schema', `execute 'create schema other'`],
  ])('roll back code that only the server can read and that changes %s', async (_, body) => {
    const site = await siteOn(kind);
    await (await site.app({})).upgrade();
    const before = await site.query('select * from kernel.ledger order by seq');
    const kernel = await site.app({ schema: 'a', ledger: 'x' }, { plugins: plugin(`do $$ begin ${body}; end $$`) });
    await expect(kernel.upgrade()).rejects.toMatchObject({ code: 'OWNERSHIP_VIOLATED', exitCode: 35 });
    expect(await site.tables()).toEqual(
      [...ledgerTables('kernel'), ...tablesOf('public'), ...ledgerTables('x')].toSorted(),
    );
    expect(await site.query('select * from kernel.ledger order by seq')).toEqual(before);
    expect(await site.query('select * from public.person')).toEqual([]);
  });

  it('keep the application in public out of the tables and the ledgers of the others', async () => {
    const site = await siteOn(kind);
    await (await site.app({ schema: 'a', ledger: 'x' })).upgrade();
    for (const up of [
      'create table a.t (id int)',
      'delete from x.ledger',
      `do $$ begin execute 'drop table a.shop_order'; end $$`,
    ]) {
      const kernel = await site.app({ ledger: 'main' }, { plugins: plugin(up) });
      await expect(kernel.upgrade()).rejects.toMatchObject({ code: 'OWNERSHIP_VIOLATED' });
    }
    expect(await site.tables()).toEqual([...tablesOf('a'), ...ledgerTables('main'), ...ledgerTables('x')].toSorted());
  });

  it('find their tables after a text that has set the search path or reset it', async () => {
    const site = await siteOn(kind);
    const plugins: OpenOptions['plugins'] = {
      one: {
        revisions: [
          revision('one@0001_first', `create table one_a (id int); select set_config('search_path', '', false)`),
          revision('one@0002_second', 'create table one_b (id int)', { revises: 'one@0001_first' }),
          revision('one@0003_third', 'reset search_path', { revises: 'one@0002_second' }),
          revision('one@0004_fourth', `do $$ begin create table one_c (id int); end $$`, { revises: 'one@0003_third' }),
          revision('one@0005_index', 'create index concurrently one_a_id on one_a (id)', {
            revises: 'one@0004_fourth',
            transaction: false,
            check: text(`select to_regclass('one_a_id') is not null`),
          }),
        ],
      },
    };
    const before = await site.query('show search_path');
    // Tables of the same names are first in the usual search path.
    await site.query('create table one_a (id int)');
    await (await site.app({ schema: 'a', ledger: 'x' }, { plugins })).upgrade();
    expect(await site.tables()).toEqual(
      ['public.one_a', 'a.one_a', 'a.one_b', 'a.one_c', ...ledgerTables('x')].toSorted(),
    );
    expect(await site.query(`select to_regclass('a.one_a_id')::text as index`)).toEqual([{ index: 'a.one_a_id' }]);
    expect(await site.query('show search_path')).toEqual(before);
  });

  it('ignore the histories of other tools in other schemas', async () => {
    const site = await siteOn(kind);
    await site.query('create table knex_migrations (id int)');
    await site.query('create table person (id int)');
    await expect((await site.app({})).upgrade()).rejects.toMatchObject({ code: 'DATABASE_NOT_ADOPTED' });
    expect((await (await site.app({ schema: 'a', ledger: 'x' })).upgrade()).applied).toHaveLength(3);
  });
});

describe('on a server', () => {
  it.each([['pg_app'], ['pg_temp'], ['information_schema'], [''], ['a'.repeat(64)], ['ä'.repeat(32)], ['zero\0byte']])(
    'a schema with the name %j is refused before connecting',
    async (schema) => {
      const url = 'postgres://127.0.0.1:1/nowhere';
      await expect(open({ config: { database: { url, schema } } })).rejects.toMatchObject({
        code: 'CONFIG_VALUE_INVALID',
        details: { pointer: '/database/schema' },
      });
      await expect(open({ config: { database: { url, ledger: schema } } })).rejects.toMatchObject({
        code: 'CONFIG_VALUE_INVALID',
        details: { pointer: '/database/ledger' },
      });
    },
  );

  it('the tables and the ledger cannot share a schema', async () => {
    const database = { url: 'postgres://127.0.0.1:1/nowhere', schema: 'a', ledger: 'a' };
    await expect(open({ config: { database } })).rejects.toMatchObject({ code: 'CONFIG_VALUE_INVALID' });
  });

  it('of two applications that claim the same tables at the same time, one is refused', async () => {
    for (let round = 0; round < 5; round += 1) {
      const site = await siteOn('postgres');
      const kernels = await Promise.all(
        Array.from({ length: 4 }, (_, i) => site.app({ schema: 'a', ledger: `ledger_${i % 2}` })),
      );
      const results = await Promise.allSettled(kernels.map((kernel) => kernel.upgrade()));
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(refused).toHaveLength(2);
      for (const error of refused) expect(error).toMatchObject({ code: 'SCHEMA_TAKEN' });
      expect((await site.tables()).filter((table) => table.endsWith('.ledger'))).toHaveLength(1);
    }
  });

  it('applications with different ledgers boot at once, each revision once', async () => {
    const site = await siteOn('postgres');
    const kernels = await Promise.all(
      Array.from({ length: 6 }, (_, i) => site.app({ schema: `s${i % 3}`, ledger: `l${i % 3}` })),
    );
    const done = await Promise.all(kernels.map((kernel) => kernel.upgrade()));
    expect(done.reduce((sum, { applied }) => sum + applied.length, 0)).toBe(9);
    expect(await site.tables()).toHaveLength(3 * 6);
  });

  it('a held lock stops only the application whose ledger it protects', async () => {
    const url = urlOf(await emptyDatabase('postgres'));
    const own = { schema: 'a', ledger: 'x' };
    const kernel = await open({ config: { database: { url, ...own }, upgrade: { lockWait: 0.3 } }, plugins: shop });
    const other = await open({ config: { database: { url, schema: 'b', ledger: 'y' } }, plugins: shop });
    onTestFinished(async () => {
      await kernel.close();
      await other.close();
    });
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    onTestFinished(() => holder.end());
    // While a ledger is created, both locks count.
    for (const key of [lockKey, lockArguments({ ledger: 'x' })]) {
      await holder.query(`begin; select pg_advisory_xact_lock(${key})`);
      const error = await kernel.upgrade().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'LOCK_WAIT_TIMEOUT', details: { holder: expect.any(String) as unknown } });
      await holder.query('rollback');
    }
    await kernel.upgrade({ to: 'users' });
    await other.upgrade({ to: 'users' });
    await holder.query(
      `begin; select pg_advisory_xact_lock(${lockKey}), pg_advisory_xact_lock(${lockArguments({ ledger: 'x' })})`,
    );
    expect((await other.upgrade()).applied).toHaveLength(2);
    await expect(kernel.upgrade()).rejects.toMatchObject({ code: 'LOCK_WAIT_TIMEOUT' });
    await holder.query('rollback');
    expect((await kernel.upgrade()).applied).toHaveLength(2);
  });

  it('the ledger in kernel keeps the lock of the first version', () => {
    expect(lockArguments({ ledger: 'kernel' })).toBe('6157534322981229778');
    expect(lockArguments({ ledger: 'headwater' })).toMatch(/^-?\d+, -?\d+$/);
    expect(lockArguments({ ledger: 'headwater' })).not.toBe(lockArguments({ ledger: 'Headwater' }));
  });

  it('neither the search path of a role nor that of a pool decides where the tables are', async () => {
    const url = urlOf(await emptyDatabase('postgres'));
    const pool = openPool(url, { options: '-c search_path=elsewhere,public' });
    await pool.query('create schema elsewhere');
    const kernel = await open({ connection: pool, plugins: shop });
    await kernel.upgrade();
    await kernel.close();
    const { rows } = await pool.query<{ name: string }>(listTables);
    expect(rows.map(({ name }) => name)).toEqual([...ledgerTables('kernel'), ...tablesOf('public')].toSorted());
  });

  it('a schema that does not exist is created, or the missing grant is named', async () => {
    const url = urlOf(await emptyDatabase('postgres'));
    const owner = openPool(url);
    const name = new URL(url).pathname.slice(1);
    await owner.query(`create role ${name}_r login password 'secret'`);
    const restricted = url.replace('postgres:postgres@', `${name}_r:secret@`);
    const database = { url: restricted, schema: 'My App', ledger: 'My Ledger' };
    const kernel = await open({ config: { database }, plugins: shop });
    onTestFinished(() => kernel.close());
    const missing = (schema: string): object => ({
      code: 'DATABASE_PRIVILEGE',
      message: expect.stringContaining(`schema "${schema}"`) as unknown,
      hint: expect.stringContaining(`grant create on database`) as unknown,
    });
    await expect(kernel.upgrade()).rejects.toMatchObject(missing('My Ledger'));
    await owner.query(`create schema "My Ledger" authorization ${name}_r`);
    await expect(kernel.upgrade()).rejects.toMatchObject(missing('My App'));
    await owner.query('create schema "My App"');
    const refused = await kernel.upgrade().catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: 'DATABASE_PRIVILEGE' });
    const grant = /grant .*;/.exec((refused as { hint: string }).hint)?.[0] ?? '';
    expect(grant).toContain('on schema "My App"');
    await owner.query(grant);
    expect((await kernel.upgrade()).applied).toHaveLength(3);
  });

  it('a claim is kept by a ledger that somebody else may not read', async () => {
    const url = urlOf(await emptyDatabase('postgres'));
    const owner = openPool(url);
    const name = new URL(url).pathname.slice(1);
    await owner.query(`create role ${name}_r login password 'secret'; grant create on database ${name} to ${name}_r`);
    const first = await open({ config: { database: { url, schema: 'a', ledger: 'x' } }, plugins: shop });
    await first.upgrade();
    await first.close();
    const restricted = url.replace('postgres:postgres@', `${name}_r:secret@`);
    const second = await open({ config: { database: { url: restricted, schema: 'a', ledger: 'y' } }, plugins: shop });
    onTestFinished(() => second.close());
    await expect(second.upgrade()).rejects.toMatchObject({ code: 'SCHEMA_TAKEN', details: { owner: { ledger: 'x' } } });
  });

  it('a revision of code runs in the schema of the tables, and stays there', async () => {
    const site = await siteOn('postgres');
    const plugins: OpenOptions['plugins'] = {
      one: {
        revisions: [
          defineRevision({
            id: 'one@0001_first',
            revises: null,
            version: 1,
            up: async ({ query, sql }) => void (await query(sql`create table t (id int)`)),
          }),
          defineRevision({
            id: 'one@0002_second',
            revises: 'one@0001_first',
            version: 1,
            up: async ({ query, sql }) => void (await query(sql`create table public.t (id int)`)),
          }),
        ],
      },
    };
    const kernel = await site.app({ schema: 'a', ledger: 'x' }, { plugins });
    await expect(kernel.upgrade()).rejects.toMatchObject({
      code: 'OWNERSHIP_VIOLATED',
      details: { applied: ['one@0001_first'] },
    });
    expect(await site.tables()).toEqual(['a.t', ...ledgerTables('x')]);
  });
});
