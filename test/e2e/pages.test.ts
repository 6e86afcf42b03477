import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { onServer, serverUrl } from '../helper/database.ts';
import { followPage, installIn, shellIn, type Run } from '../helper/page.ts';

const workspace = join(import.meta.dirname, '../..');

it('the page about security shows the output of each command', async () => {
  const cwd = join(realpathSync(inject('scratch')), 'security');
  mkdirSync(cwd);
  const page = join(workspace, 'docs/guide/security.md');
  const { documented, printed } = await followPage({ page, cwd, run: shellIn(cwd), install: () => installIn(cwd) });
  expect(printed).toEqual(documented);
}, 60_000);

it('the page about embedding works from the first block to the last, with the output that it shows', async () => {
  const cwd = join(realpathSync(inject('scratch')), 'embedding');
  mkdirSync(cwd);
  await onServer('postgres', 'drop database if exists embedding');
  await onServer('postgres', 'create database embedding');
  const run = shellIn(cwd, { DATABASE_URL: serverUrl('embedding') });
  const install = (): void => installIn(cwd, { typed: true });
  const page = join(workspace, 'docs/guide/embedding/README.md');
  const { documented, printed } = await followPage({ page, cwd, run, install });
  expect(printed).toEqual(documented);
}, 60_000);

describe('the page about services', () => {
  let cwd: string;
  let run: Run;
  beforeAll(() => {
    cwd = join(realpathSync(inject('scratch')), 'services');
    mkdirSync(cwd);
    run = shellIn(cwd);
  });

  it('works from the first block to the last, with the output that it shows', async () => {
    const plugins = ['notices', 'mail', 'quiet', 'digest'];
    const workspaces = Object.fromEntries(plugins.map((name) => [`headwater-plugin-${name}`, `plugins/${name}`]));
    const install = (): void => installIn(cwd, { typed: true, workspaces });
    const { documented, printed } = await followPage({
      page: join(workspace, 'docs/guide/services.md'),
      cwd,
      run,
      install,
    });
    expect(printed).toEqual(documented);
  }, 60_000);

  it('compiles under the settings of this repository', async () => {
    const settings = { extends: join(workspace, 'tsconfig.base.json'), compilerOptions: { noEmit: true } };
    // The digest uses decorators; the page itself compiles it.
    const include = ['notices', 'mail', 'quiet'].map((name) => `plugins/${name}/src`);
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ ...settings, include }));
    expect(await run('tsc -p tsconfig.json')).toEqual({ code: 0, output: '' });
  });
});

describe('the page about configuration', () => {
  const page = join(workspace, 'docs/guide/configuration.md');
  let cwd: string;
  beforeAll(() => {
    cwd = join(realpathSync(inject('scratch')), 'configuration');
    mkdirSync(cwd);
  });

  it('works from the first block to the last, with the output that it shows', async () => {
    const { documented, printed } = await followPage({ page, cwd, run: shellIn(cwd), install: () => installIn(cwd) });
    expect(printed).toEqual(documented);
  }, 60_000);

  it('lists every key that the kernel knows, with its default', async () => {
    const { output } = await shellIn(cwd)('kernel config:schema --print');
    // The entries of installed plugins differ from project to project; the table lists the keys that all of them share.
    const known = keysOf(JSON.parse(output) as Schema).filter((key) => !/^plugins\.[^*]/.test(key));
    const rows = readFileSync(page, 'utf8').matchAll(/^\| `([\w$.*]+)` \| [^|]+ \|(?: `(\w+)`)? \|$/gm);
    const listed = Array.from(rows, ([, key, standard = '']) => `${key} ${standard}`);
    expect(listed.toSorted()).toEqual(known.toSorted());
  });
});

interface Schema {
  readonly default?: string | number | boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
}

/** Returns the keys of config.json with their defaults, like `upgrade.lockWait 300`. */
function keysOf({ properties = {}, additionalProperties, anyOf = [] }: Schema, prefix = ''): readonly string[] {
  const named = Object.entries(properties).flatMap(([key, schema]): readonly string[] => [
    `${prefix}${key} ${schema.default ?? ''}`,
    ...keysOf(schema, `${prefix}${key}.`),
  ]);
  const any = typeof additionalProperties === 'object' ? keysOf(additionalProperties, `${prefix}*.`) : [];
  return [...named, ...any, ...anyOf.flatMap((schema) => keysOf(schema, prefix))];
}

describe('the page about deployment', () => {
  const database = 'community';
  const roles = ['community_migration', 'community_app'];
  const url = (user: string, password: string): string =>
    serverUrl(database).replace('postgres:postgres', `${user}:${password}`);
  const application = url('community_app', 'change-me-second');
  let cwd: string;

  beforeAll(async () => {
    cwd = join(realpathSync(inject('scratch')), 'deployment');
    mkdirSync(cwd);
    // In watch mode, these may be left over from an earlier run on the same server.
    for (const statement of [`database if exists ${database}`, ...roles.map((role) => `role if exists ${role}`)]) {
      await onServer('postgres', `drop ${statement}`);
    }
  });

  it('works from the first block to the last, with the output that it shows', async () => {
    const run = shellIn(cwd, {
      ADMIN_URL: serverUrl('postgres'),
      MIGRATION_URL: url('community_migration', 'change-me-first'),
      APPLICATION_URL: application,
      READ_ONLY_URL: `${application}?options=-c%20default_transaction_read_only%3Don`,
      // The deployment job gets this from a secret.
      DATABASE_URL: url('community_migration', 'change-me-first'),
    });
    const install = (): void => {
      installIn(cwd);
      writeFileSync(join(cwd, 'node_modules/.bin/psql'), psql, { mode: 0o755 });
    };
    const page = join(workspace, 'docs/guide/deployment.md');
    const shownAs = { [`127.0.0.1:${inject('postgresPort')}`]: 'db.example.org' };
    const { documented, printed } = await followPage({ page, cwd, run, install, shownAs });
    expect(printed).toEqual(documented);
  }, 60_000);

  it.each([
    'drop table core_user',
    'alter table core_user add column stolen text',
    'create table stolen (id int)',
    `delete from kernel.ledger where plugin = 'core'`,
    'drop schema kernel',
    'create schema stolen',
    'create temporary table stolen (id int)',
  ])('does not let the application role change the schema or the ledger: %s', async (statement) => {
    const client = new pg.Client({ connectionString: application });
    await client.connect();
    try {
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await client.end();
    }
  });

  it('lets the application role read and write rows', async () => {
    const client = new pg.Client({ connectionString: application });
    await client.connect();
    try {
      const text = `with added as (insert into core_user (name) values ('ada') returning id) select count(*)::int from added`;
      expect((await client.query(text)).rows).toEqual([{ count: 1 }]);
      await client.query('delete from core_user');
    } finally {
      await client.end();
    }
  });

  it('grants access to tables that already exist', async () => {
    const statements = readFileSync(join(cwd, 'deploy/grants-for-existing-tables.sql'), 'utf8');
    const privileges = `select table_schema, table_name, privilege_type from information_schema.role_table_grants
      where grantee = 'community_app' order by 1, 2, 3`;
    const before = await onServer(database, privileges);
    await onServer(database, `revoke all on all tables in schema public, kernel from community_app; ${statements}`);
    expect(await onServer(database, privileges)).toEqual(before);
  });
});

/** The part of psql that the page uses: `psql URL --quiet --file FILE`, one statement at a time. */
const psql = `#!/usr/bin/env node
const { readFileSync } = require('node:fs');
const { Client } = require('pg');
const [url, , , file] = process.argv.slice(2);
const client = new Client({ connectionString: url });
(async () => {
  await client.connect();
  for (const statement of readFileSync(file, 'utf8').split(/;$/m)) await client.query(statement);
  await client.end();
})().catch((error) => { console.error('psql: ' + error.message); process.exit(3); });
`;
