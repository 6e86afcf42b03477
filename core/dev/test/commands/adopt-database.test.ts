import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import type { Catalog } from '../../../kernel/src/catalog/catalog.ts';
import { catalogReader } from '../../../kernel/src/catalog/read-catalog.ts';
import type { DatabaseTarget } from '../../../kernel/src/config/config.ts';
import { openSession } from '../../../kernel/src/db/session.ts';
import { matching, ok, refusalIn } from '../../../kernel/test/cli/support.ts';
import { schemaDifferences } from '../../src/authoring/schema-proof.ts';
import { withoutTables } from '../../src/adoption/without-tables.ts';

/** A schema that nobody has a history of. */
const schema = `
  create schema audit;
  create extension if not exists plpgsql;
  create domain email as text check (value like '%@%');
  create type state as enum ('open', 'paid');
  create sequence ticket start 100;
  create function make_code(n int) returns text language sql immutable as $$ select 'c' || n $$;
  create table customer (
    id serial primary key,
    mail email not null unique,
    code text default make_code(7),
    ticket int default nextval('ticket'),
    parent int references customer on delete set null
  );
  create table "order" (
    id bigint generated always as identity primary key,
    customer_id int not null references customer,
    state state not null default 'open',
    total numeric(10, 2) check (total >= 0),
    doubled numeric generated always as (total * 2) stored
  );
  create index on "order" (customer_id) where state = 'open';
  create view open_order as select o.id, c.mail from "order" o join customer c on c.id = o.customer_id where o.state = 'open';
  create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger touched before update on customer for each row execute function touch();
  create table audit.entry (at timestamptz not null default now(), what text) partition by range (at);
  create table audit.entry_2024 partition of audit.entry for values from ('2024-01-01') to ('2025-01-01');
  alter table customer enable row level security;
  create policy everybody on customer using (true);
  comment on table customer is 'Who buys';
  create table knex_migrations (id serial primary key, name text, batch int, migration_time timestamptz);
  create table knex_migrations_lock (index serial primary key, is_locked int);
  insert into customer (mail) values ('a@b.c');
`;

async function inDatabase(target: DatabaseTarget, text: string): Promise<void> {
  const session = await openSession(target);
  try {
    await session.script(text);
  } finally {
    await session.close();
  }
}

async function catalogOf(target: DatabaseTarget): Promise<Catalog> {
  const session = await openSession(target);
  try {
    return withoutTables(await catalogReader(session)(), new Set(['knex_migrations', 'knex_migrations_lock']));
  } finally {
    await session.close();
  }
}

const makeShop = (database: DatabaseTarget): Promise<Project> =>
  makeProject({ plugins: { shop: { requiresCore: false } }, database, config: { core: undefined } });

const filesOf = (project: Project): readonly string[] => {
  const folder = join(project.folderOf('shop'), 'src/migrations');
  return existsSync(folder) ? readdirSync(folder) : [];
};

const adopt = ['migrate:adopt', 'shop', '--from-database'];

describe.each(databaseKinds)('kernel migrate:adopt --from-database on %s', (kind) => {
  it('writes one revision that recreates the schema, and stamps it', async () => {
    const database = await emptyDatabase(kind);
    await inDatabase(database, schema);
    const before = await catalogOf(database);
    const project = await makeShop(database);

    const preview = ok(await project.kernel(...adopt, '--dry-run')).stdout;
    expect(preview).toContain('create table "customer" (');
    expect(preview).toContain('shop@0001_existing_schema would be stamped as applied.');
    expect(filesOf(project)).toEqual([]);

    const done = ok(await project.kernel(...adopt)).stdout;
    expect(done).toContain('shop@0001_existing_schema recreates the schema of the database, as a shadow has proven.');
    expect(done).toMatch(/shop@0001_existing_schema stamped as applied\. Nothing was run\.\n$/);
    const text = readFileSync(join(project.folderOf('shop'), 'src/migrations/0001_existing_schema.ts'), 'utf8');
    expect(text).not.toContain('knex_migrations');
    expect(ok(await project.kernel('migrate:status')).stdout).toContain('Nothing is pending.');
    expect(ok(await project.kernel(...adopt)).stdout).toBe(
      'The revisions already create everything in the database.\nNothing to do.\n',
    );

    const fresh = await emptyDatabase(kind);
    project.reconfigure((config) => (config['database'] = urlOf(fresh)));
    ok(await project.kernel('migrate:up'));
    expect(schemaDifferences(before, await catalogOf(fresh))).toEqual([]);
    ok(await project.kernel('migrate:down', 'shop@base'));
    expect((await catalogOf(fresh)).tables.size).toBe(0);
  }, 120_000);

  it('names what one revision cannot recreate, and writes nothing', async () => {
    const database = await emptyDatabase(kind);
    await inDatabase(
      database,
      'create table a (id int); create operator === (leftarg = int, rightarg = int, function = int4eq);',
    );
    const project = await makeShop(database);
    const refusal = refusalIn(await project.kernel(...adopt, '--json'));
    expect(refusal).toMatchObject({
      code: 'DATABASE_NOT_RECREATABLE',
      exitCode: 13,
      message: matching(/No single revision of "shop" recreates the schema of .*: 1 of the kind operator\./),
      written: 'Nothing was written.',
    });
    expect(filesOf(project)).toEqual([]);
  }, 60_000);
});

describe('kernel migrate:adopt --from-database', () => {
  it('names how another database differs from the revision, and stamps one that does not', async () => {
    const [first, second] = [await emptyDatabase('postgres'), await emptyDatabase('postgres')];
    await inDatabase(first, 'create table a (id int primary key);');
    await inDatabase(second, 'create table a (id int primary key, extra text);');
    const project = await makeShop(first);
    ok(await project.kernel(...adopt));
    project.reconfigure((config) => (config['database'] = urlOf(second)));
    const refusal = refusalIn(await project.kernel(...adopt, '--json'));
    expect(refusal).toMatchObject({
      code: 'DATABASE_NOT_RECREATABLE',
      message: matching(/beside its revisions: .*extra/),
    });
    await inDatabase(second, 'alter table a drop column extra;');
    expect(ok(await project.kernel(...adopt, '--json')).json()).toMatchObject({
      revision: null,
      stamped: ['shop@0001_existing_schema'],
    });
  }, 60_000);

  it('refuses a database in which other plugins have applied revisions', async () => {
    const database = await emptyDatabase('postgres');
    const plugins = {
      shop: { requiresCore: false },
      billing: { requiresCore: false, revisions: { '0001_bill': 'create table bill ()' } },
    };
    const project = await makeProject({ plugins, database, config: { core: undefined } });
    ok(await project.kernel('migrate:up'));
    await inDatabase(database, 'create table a ()');
    expect(refusalIn(await project.kernel(...adopt, '--json'))).toMatchObject({
      code: 'DATABASE_NOT_RECREATABLE',
      message: matching(/what the revision billing@0001_bill created/),
    });
  });

  it.each([
    [['--from', 'knex'], /--from applies to the history of a tool/],
    [['--to', 'a'], /--to applies/],
    [['--shared'], /--shared applies/],
    [['--files-only'], /--files-only applies/],
    [['folder'], /takes no folder/],
  ])('refuses %s', async (words, message) => {
    const project = await makeShop(await emptyDatabase('postgres'));
    const [operands, flags] = [words.filter((word) => word === 'folder'), words.filter((word) => word !== 'folder')];
    const refusal = refusalIn(
      await project.kernel('migrate:adopt', 'shop', ...operands, '--from-database', ...flags, '--json'),
    );
    expect(refusal).toMatchObject({ code: 'USAGE', exitCode: 2, message: matching(message) });
  });
});
