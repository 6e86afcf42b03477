import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { defineRevision, sql, type DefinedRevision } from '@headwater/kernel/plugin';
import { open, type OpenOptions } from '@headwater/kernel';
import { emptyDatabase, onServer, queryAt, urlOf } from '../../../../test/helper/database.ts';
import { rehearse, type Rehearsed } from '../../src/rehearsal/rehearse.ts';

type Revisions = readonly DefinedRevision[];

/** `core` has tables with rows, and a trigger that locks a table which no statement of another plugin names. */
const core: Revisions = [
  defineRevision({
    id: 'core@0001_tables',
    revises: null,
    up: sql`
      create table core_item (id int primary key, name text);
      create table core_counter (name text primary key, value int);
      create table core_hidden (id int);
      create function core_count() returns trigger language plpgsql as $$ begin
        execute 'lock table core_hid' || 'den in exclusive mode';
        update core_counter set value = value + 1;
        return null;
      end $$;
      create trigger core_counts after insert on core_item for each statement execute function core_count();
      insert into core_counter values ('items', 0);
      insert into core_item select n, 'item ' || n from generate_series(1, 500) n;`,
  }),
];

const optionsFor = (database: string, likes: Revisions, plugins: OpenOptions['plugins'] = {}): OpenOptions => ({
  config: { database },
  plugins: { core: { revisions: core }, likes: { revisions: likes }, ...plugins },
});

const likesOf = (
  ...steps: readonly (readonly [slug: string, up: ReturnType<typeof sql>, fields?: object])[]
): Revisions =>
  steps.map(([slug, up, fields], i) =>
    defineRevision({
      id: `likes@${slug}`,
      revises: i === 0 ? null : `likes@${steps[i - 1]?.[0]}`,
      ...(i === 0 && { dependsOn: ['core@0001_tables'] }),
      up,
      ...fields,
    }),
  );

async function copyOf(url: string): Promise<string> {
  const target = new URL(urlOf(await emptyDatabase('postgres')));
  const name = target.pathname.slice(1);
  await onServer('postgres', `drop database ${name}`);
  await onServer('postgres', `create database ${name} template ${new URL(url).pathname.slice(1)} strategy file_copy`);
  return target.href;
}

const stepOf = ({ rehearsal }: Rehearsed, revision: string) =>
  rehearsal.steps.find((step) => step.revision === revision);

describe('rehearse', () => {
  let database: string;
  let before: OpenOptions;
  beforeAll(async () => {
    database = urlOf(await emptyDatabase('postgres'));
    before = { config: { database }, plugins: { core: { revisions: core } } };
    await using kernel = await open(before);
    await kernel.upgrade();
  });

  it('reports a lock that a trigger takes and no parser sees, rewrites, and rows by table', async () => {
    const likes = likesOf(
      ['0001_table', sql`create table likes_like (item_id int references core_item (id))`],
      [
        '0002_copy',
        sql`insert into core_item values (501, 'one more'); update core_item set name = 'x' where id < 11`,
        {},
      ],
      [
        '0003_widen',
        sql`alter table likes_like alter column item_id type bigint; alter table core_item add column likes int`,
      ],
      [
        '0004_index',
        sql`create index concurrently likes_index on likes_like (item_id)`,
        { transaction: false, check: sql`select to_regclass('likes_index') is not null` },
      ],
    );
    const opened = {
      ...optionsFor(database, likes),
      plugins: { core: { revisions: core, openTables: ['core_item'] }, likes: { revisions: likes } },
    };
    const on = await copyOf(database);
    const done = await rehearse({ ...opened, on });
    expect(done.error).toBeNull();
    expect(done.rehearsal.steps.map(({ revision, outcome, complete }) => [revision, outcome, complete])).toEqual([
      ['likes@0001_table', 'committed', true],
      ['likes@0002_copy', 'committed', true],
      ['likes@0003_widen', 'committed', true],
      ['likes@0004_index', 'committed', false],
    ]);
    expect(stepOf(done, 'likes@0001_table')?.locks).toContainEqual(
      expect.objectContaining({ table: 'core_item', plugin: 'core', mode: 'ShareRowExclusiveLock', blocks: 'writes' }),
    );
    expect(stepOf(done, 'likes@0002_copy')).toMatchObject({
      locks: expect.arrayContaining([
        expect.objectContaining({ table: 'core_hidden', plugin: 'core', mode: 'ExclusiveLock', blocks: 'writes' }),
      ]) as unknown,
      rewrites: [],
    });
    expect(stepOf(done, 'likes@0002_copy')?.rows?.toSorted((a, b) => (a.table < b.table ? -1 : 1))).toEqual([
      { table: 'core_counter', inserted: 0, updated: 1, deleted: 0 },
      { table: 'core_item', inserted: 1, updated: 10, deleted: 0 },
    ]);
    const widened = stepOf(done, 'likes@0003_widen');
    expect(widened?.locks).toContainEqual(
      expect.objectContaining({ table: 'core_item', mode: 'AccessExclusiveLock', blocks: 'reads and writes' }),
    );
    expect(widened?.rewrites).toMatchObject([{ kind: 'table', name: 'likes_like', plugin: 'likes' }]);
    expect(stepOf(done, 'likes@0004_index')).toMatchObject({ rewrites: [], rows: null });
    expect(done.rehearsal.worst.slice(0, 2)).toMatchObject([
      { mode: 'AccessExclusiveLock', revision: 'likes@0003_widen' },
      { mode: 'AccessExclusiveLock', revision: 'likes@0003_widen' },
    ]);
    // The ledger and the schema are those of an upgrade.
    await using kernel = await open({ ...opened, config: { database: on } });
    expect((await kernel.status()).pending).toEqual([]);
    await using own = await open(opened);
    expect((await own.status()).pending).toHaveLength(4);
  });

  it('tells a rewrite from a truncation, and reports neither for changes of the catalog alone', async () => {
    const likes = likesOf(
      [
        '0001_fill',
        sql`create table likes_like as select n as id, repeat('x', 100) as text from generate_series(1, 1000) n; create index likes_id on likes_like (id)`,
      ],
      ['0002_default', sql`alter table likes_like add column at int not null default 7`],
      ['0003_volatile', sql`alter table likes_like add column more text default repeat(clock_timestamp()::text, 9)`],
      ['0004_truncate', sql`truncate likes_like`],
    );
    const done = await rehearse({ ...optionsFor(database, likes), on: await copyOf(database) });
    expect(done.error).toBeNull();
    const rewrites = done.rehearsal.steps.map((step) =>
      step.rewrites.map(({ name, outcome }) => `${name} ${outcome}`).toSorted(),
    );
    expect(rewrites).toEqual([
      [],
      [],
      ['likes_id rewritten', 'likes_like rewritten'],
      expect.arrayContaining(['likes_like emptied']),
    ]);
    const [table] = stepOf(done, 'likes@0003_volatile')?.rewrites.filter(({ kind }) => kind === 'table') ?? [];
    expect(table?.bytesAfter).toBeGreaterThan(table?.bytesBefore ?? Infinity);
  });

  it('samples the locks of a statement outside a transaction', async () => {
    const index = defineRevision({
      id: 'core@0002_index',
      revises: 'core@0001_tables',
      up: sql`create index concurrently core_index on core_hidden (id)`,
      transaction: false,
      check: sql`select to_regclass('core_index') is not null`,
    });
    const on = await copyOf(database);
    // The build waits for this transaction, and holds its own lock meanwhile.
    const blocker = new pg.Client({ connectionString: on });
    await blocker.connect();
    onTestFinished(() => blocker.end());
    await blocker.query('begin; lock table core_hidden in row exclusive mode');
    const running = rehearse({ config: { database }, plugins: { core: { revisions: [...core, index] } }, on });
    const ended = running.then(
      () => true,
      () => true,
    );
    // Of three samples that were seen while the lock was held, the first may be older, and the last may be unfinished.
    const samples = new Set<unknown>();
    while (samples.size < 3 && !(await Promise.race([ended, Promise.resolve(false)]))) {
      const rows = await queryAt(
        on,
        `select query_start::text as started from pg_stat_activity where query like 'select c.oid::text as oid%'
          and pid <> pg_backend_pid() and datname = current_database() and exists (select from pg_locks
            where relation = 'core_hidden'::regclass and mode = 'ShareUpdateExclusiveLock' and granted)`,
      );
      for (const { started } of rows) samples.add(started);
    }
    await blocker.query('commit');
    const done = await running;
    expect(done.error).toBeNull();
    expect(stepOf(done, 'core@0002_index')).toMatchObject({ complete: false, outcome: 'committed', rows: null });
    expect(stepOf(done, 'core@0002_index')?.locks).toContainEqual(
      expect.objectContaining({ table: 'core_hidden', mode: 'ShareUpdateExclusiveLock', blocks: null }),
    );
  });

  it('says from where on it saw nothing, if a revision locks a catalog of the server', async () => {
    const likes = likesOf(
      ['0001_table', sql`create table likes_like (id int)`],
      ['0002_lock', sql`lock table pg_catalog.pg_class in access exclusive mode`],
      ['0003_more', sql`create table likes_more (id int)`],
    );
    const done = await rehearse({ ...optionsFor(database, likes), on: await copyOf(database) });
    expect(done.error).toMatchObject({ code: 'REHEARSAL_UNOBSERVED', details: { revision: 'likes@0002_lock' } });
    expect(done.rehearsal.steps.map(({ outcome, locks }) => [outcome, locks])).toEqual([
      ['committed', []],
      ['committed', null],
      ['committed', null],
    ]);
  });

  it('reports what it saw before a step failed', async () => {
    const likes = likesOf(
      ['0001_table', sql`create table likes_like (id int)`],
      ['0002_fails', sql`alter table likes_like add column a int; select 1 / 0`],
      ['0003_never', sql`create table likes_more (id int)`],
    );
    const done = await rehearse({ ...optionsFor(database, likes), on: await copyOf(database) });
    expect(done.error).toMatchObject({ code: 'MIGRATION_FAILED', exitCode: 31 });
    expect(done.rehearsal).toMatchObject({
      steps: [
        { revision: 'likes@0001_table', outcome: 'committed' },
        { revision: 'likes@0002_fails', outcome: 'failed', complete: false, rewrites: [], rows: null },
      ],
      notRun: ['likes@0003_never'],
      error: { code: 'MIGRATION_FAILED' },
    });
  });

  it('ends when it is aborted, and rolls back the running step', async () => {
    const likes = likesOf(
      ['0001_table', sql`create table likes_like (id int)`],
      ['0002_waits', sql`select pg_sleep(600)`],
    );
    const controller = new AbortController();
    const on = await copyOf(database);
    const running = rehearse({
      ...optionsFor(database, likes),
      on,
      signal: controller.signal,
      observer: { begins: ({ id }) => id === 'likes@0002_waits' && setTimeout(() => controller.abort(), 50) },
    });
    const done = await running;
    expect(done.error).toMatchObject({ code: 'CANCELLED' });
    expect(done.rehearsal.steps.map(({ outcome }) => outcome)).toEqual(['committed', 'failed']);
  });

  it('refuses the database itself, under whatever name', async () => {
    const { port } = new URL(database);
    const proxy = createServer((socket) => {
      const server = connect(Number(port), '127.0.0.1');
      socket.pipe(server).pipe(socket);
      for (const one of [socket, server]) one.on('error', () => {});
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    const address = proxy.address();
    const alias = new URL(database);
    alias.port = String(typeof address === 'object' ? address?.port : 0);
    const byName = new URL(database);
    byName.hostname = 'localhost';
    const likes = likesOf(['0001_table', sql`create table likes_like (id int)`]);
    for (const on of [database, byName.href, alias.href]) {
      await expect(rehearse({ ...optionsFor(database, likes), on }), on).rejects.toMatchObject({
        code: 'REHEARSAL_OWN_DATABASE',
        written: 'Nothing was written.',
      });
    }
    expect(await queryAt(database, "select to_regclass('likes_like') as found")).toEqual([{ found: null }]);
  });

  it('refuses a copy with other applied revisions, an embedded database, and does nothing if nothing is pending', async () => {
    const likes = likesOf(['0001_table', sql`create table likes_like (id int)`]);
    const options = optionsFor(database, likes);
    const on = await copyOf(database);
    expect((await rehearse({ ...before, on })).rehearsal).toMatchObject({ steps: [], notRun: [], error: null });
    expect((await rehearse({ ...options, on })).error).toBeNull();
    await expect(rehearse({ ...options, on })).rejects.toMatchObject({
      code: 'REHEARSAL_COPY_DIFFERS',
      details: { missing: [], more: ['likes@0001_table'] },
    });
    const empty = urlOf(await emptyDatabase('postgres'));
    await expect(rehearse({ ...options, on: empty })).rejects.toMatchObject({
      code: 'REHEARSAL_COPY_DIFFERS',
      details: { missing: ['core@0001_tables'], more: [] },
    });
    await expect(rehearse({ ...options, on: 'pglite://' })).rejects.toMatchObject({
      code: 'REHEARSAL_URL_INVALID',
      message: expect.stringContaining('one connection') as unknown,
    });
  });

  it('rehearses the upgrade of an embedded database on a server', async () => {
    const embedded = urlOf(await emptyDatabase('pglite'));
    const empty = urlOf(await emptyDatabase('postgres'));
    const { rehearsal, error } = await rehearse({ ...optionsFor(embedded, []), on: empty });
    expect([error, rehearsal.steps.length]).toEqual([null, 1]);
  });
});
