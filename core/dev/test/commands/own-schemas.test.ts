import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import type { DatabaseTarget } from '../../../kernel/src/config/config.ts';
import { openSession } from '../../../kernel/src/db/session.ts';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';

const schemas = { schema: 'Shop App', ledger: 'Shop Ledger' };

/** Runs SQL in a database. Returns the names of all tables. */
async function inDatabase(target: DatabaseTarget, text: string): Promise<readonly string[]> {
  const session = await openSession(target);
  try {
    await session.script(text);
    const rows = await session.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables where schemaname !~ '^(pg_|information_schema)' order by 1`,
    );
    return rows.map(({ name }) => name).toSorted();
  } finally {
    await session.close();
  }
}

/** A plugin whose entity, and whose old migrations, describe the same table. */
const entities = `
export const entities = [defineEntity({ name: 'Customer', tableName: 'customer', properties: { id: p.integer().primary(), name: p.string().nullable() } })];
export const extend = [];`;
const sql: Readonly<Record<string, string>> = {
  '1_start.sql': 'create table customer (id serial primary key);',
  '2_name.sql': 'alter table customer add column name varchar(255);',
};
const ledgerOf = (schema: string): readonly string[] =>
  ['event', 'format', 'ledger', 'run'].map((table) => `${schema}.${table}`);

async function makeShop(database: DatabaseTarget): Promise<Project> {
  const config = { core: undefined, database: { url: urlOf(database), ...schemas } };
  const project = await makeProject({ plugins: { shop: { requiresCore: false, entities } }, config });
  for (const [name, text] of Object.entries(sql)) project.write(`sql/${name}`, text);
  return project;
}

const history = `${Object.values(sql).join('')} create table "SequelizeMeta" (name text);
  insert into "SequelizeMeta" values ('1_start.sql'), ('2_name.sql');`;

const own = ['Shop App.SequelizeMeta', 'Shop App.customer', ...ledgerOf('Shop Ledger')];
const inOwn = 'create schema "Shop App"; set search_path = "Shop App";';
/** Tables of the same names, which belong to somebody else. */
const decoys = 'create table public.customer (); create table public."SequelizeMeta" (name text);';

describe.each(databaseKinds)('with tables and ledger in schemas that the config names on %s', (kind) => {
  it('the history of a tool is adopted from these schemas alone, and agrees with the entities', async () => {
    const database = await emptyDatabase(kind);
    await inDatabase(database, decoys + inOwn + history);
    const project = await makeShop(database);
    const adopt = ['migrate:adopt', 'shop', 'sql', '--from', 'umzug', '--json'];
    ok(await project.kernel(...adopt, '--files-only'));
    expect(refusalIn(await project.kernel('migrate:up', '--json'))).toMatchObject({
      code: 'DATABASE_NOT_ADOPTED',
      details: { journal: 'SequelizeMeta', tool: 'umzug', tables: ['"customer"'] },
    });
    expect(ok(await project.kernel(...adopt)).json()).toMatchObject({
      stamped: ['shop@0001_start', 'shop@0002_name'],
      pending: [],
    });
    expect(ok(await project.kernel('migrate:check')).stdout).toContain('Entities and revisions agree: shop.');
    expect(ok(await project.kernel('migrate:up', '--json')).json()).toMatchObject({ applied: [] });
    expect(await inDatabase(database, '')).toEqual([...own, 'public.SequelizeMeta', 'public.customer'].toSorted());
  });

  it('a database is adopted without the tables in other schemas, and agrees with the entities', async () => {
    const database = await emptyDatabase(kind);
    await inDatabase(database, `create table public.other (id int); ${inOwn} ${history}`);
    const project = await makeShop(database);
    expect(ok(await project.kernel('migrate:adopt', 'shop', '--from-database', '--json')).json()).toMatchObject({
      stamped: ['shop@0001_existing_schema'],
    });
    const file = join(project.folderOf('shop'), 'src/migrations/0001_existing_schema.ts');
    expect(readFileSync(file, 'utf8')).not.toMatch(/Shop App|SequelizeMeta|other/);
    expect(ok(await project.kernel('migrate:check')).stdout).toContain('Entities and revisions agree: shop.');
    project.reconfigure((config) => (config['database'] = { url: urlOf(database), schema: 'copy', ledger: 'copies' }));
    ok(await project.kernel('migrate:up'));
    const copy = ['copy.customer', ...ledgerOf('copies')];
    expect(await inDatabase(database, '')).toEqual([...own, ...copy, 'public.other'].toSorted());
  });
});
