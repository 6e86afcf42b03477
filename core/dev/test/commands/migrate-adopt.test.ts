import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpSchema } from '../../../../test/helper/schema-dump.ts';
import { databaseKinds, emptyDatabase, urlOf } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import type { DatabaseTarget } from '../../../kernel/src/config/config.ts';
import { openSession, type Session } from '../../../kernel/src/db/session.ts';
import { makeShop, methods, migrateWithMikroOrm, migrationText } from './adopt-support.ts';
import { matching, ok, refusalIn } from '../../../kernel/test/cli/support.ts';

const shop: Readonly<Record<string, string>> = {
  'Migration20240102030405.ts': migrationText(
    'Migration20240102030405',
    methods(
      [
        'create table "customer" ("id" serial primary key, "name" varchar(255) not null);',
        `create type "state" as enum ('open', 'paid');`,
      ],
      ['drop table "customer"', 'drop type "state"'],
    ),
  ),
  'Migration20240203040506_add_orders.ts': migrationText(
    'Migration20240203040506_add_orders',
    methods(
      [
        `create table "order" (
      "id" serial primary key,
      "customer_id" int not null references "customer" ("id"),
      "state" "state" not null default 'open',
      "note" text null
    );`,
        'create index "order_customer_id_index" on "order" ("customer_id");',
      ],
      ['drop table "order";'],
    ),
  ),
  'Migration20240304050607_IndexNotes.ts': migrationText(
    'Migration20240304050607_IndexNotes',
    `  override isTransactional(): boolean {
    return false;
  }

${methods(['create index concurrently "order_note_index" on "order" ("note");'], ['drop index concurrently "order_note_index";'])}`,
  ),
  'Migration20240405060708_FirstCustomer.ts': `import { Migration } from '@mikro-orm/migrations';
import { raw } from '@mikro-orm/core';

export default class extends Migration {
  up() {
    this.addSql(raw('insert into "customer" ("name") values (?), (?)', ["O'Hara", '$1 \\\\ \`x\`']));
  }

  down() {
    this.addSql('delete from "customer" where "id" <= 2');
  }
}
`,
  'Migration20240506070809.ts': migrationText('Migration20240506070809', methods([])),
};

const ids = [
  'shop@0001_migration_20240102030405',
  'shop@0002_add_orders',
  'shop@0003_index_notes',
  'shop@0004_first_customer',
] as const;

/** Calls `use` with a session of the database. */
async function onDatabase<Result>(target: DatabaseTarget, use: (session: Session) => Promise<Result>): Promise<Result> {
  const session = await openSession(target);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Returns the schema and the rows that migrations wrote, without the table of migrations. */
function stateOf(target: DatabaseTarget): Promise<readonly unknown[]> {
  return onDatabase(target, stateIn);
}

async function stateIn(session: Session): Promise<readonly unknown[]> {
  const lines = await dumpSchema((text) => session.query(text));
  const rows = await session.query('select "name" from "customer" order by "id"');
  return [...lines.filter((line) => !line.includes('mikro_orm_migrations')), ...rows];
}

/** Returns the state, and the rows of the table of migrations. */
function allOf(target: DatabaseTarget): Promise<readonly [state: readonly unknown[], table: readonly unknown[]]> {
  return onDatabase(target, async (session) => [
    await stateIn(session),
    await session.query('select * from mikro_orm_migrations order by id'),
  ]);
}

const filesOf = (project: Project): readonly string[] => {
  const folder = join(project.folderOf('shop'), 'src/migrations');
  return existsSync(folder) ? readdirSync(folder) : [];
};

const adopt = ['migrate:adopt', 'shop', '--from', 'old'];

describe.each(databaseKinds)('kernel migrate:adopt on %s', (kind) => {
  it('takes over a database that MikroORM has migrated, and gives a fresh one the same schema', async () => {
    const database = await emptyDatabase(kind);
    const project = await makeShop(database, shop);
    await migrateWithMikroOrm(project, database);
    const [before, rows] = await allOf(database);
    expect(rows).toHaveLength(5);

    const preview = ok(await project.kernel(...adopt, '--dry-run')).stdout;
    expect(preview).toContain('4 revisions would be written');
    expect(preview).toContain('4 revisions would be stamped as applied.');
    expect(preview).toContain('// 0002_add_orders.ts\nimport { defineRevision, sql }');
    expect(filesOf(project)).toEqual([]);

    const adopted = ok(await project.kernel(...adopt)).stdout;
    expect(adopted).toContain('+ shop@0002_add_orders  was Migration20240203040506_add_orders\n');
    expect(adopted).toContain('  Migration20240506070809 has no SQL, so it does not become a revision\n');
    expect(adopted).toMatch(
      /4 revisions stamped as applied, as recorded in table mikro_orm_migrations\. Nothing was run\.\n$/,
    );
    expect(filesOf(project)).toEqual(ids.map((id) => `${id.slice('shop@'.length)}.ts`));

    // No revision of the plugin is pending, and the database is unchanged.
    const up = ok(await project.kernel('migrate:up', 'shop', '--json')).json();
    expect(up).toMatchObject({ applied: [], plan: { steps: [] } });
    expect(await allOf(database)).toEqual([before, rows]);

    const again = ok(await project.kernel(...adopt)).stdout;
    expect(again).toBe(
      '  Migration20240506070809 has no SQL, so it does not become a revision\n4 migrations already adopted.\nNothing to do.\n',
    );

    const other = await emptyDatabase(kind);
    project.reconfigure(
      (config) => (config['database'] = other.kind === 'postgres' ? other.url : `pglite://${other.directory}`),
    );
    expect(ok(await project.kernel(...adopt)).stdout).toContain(
      'Nothing was stamped, since the database has no table mikro_orm_migrations.\n4 revisions pending: npx kernel migrate:up',
    );
    ok(await project.kernel('migrate:up', 'shop'));
    expect(await stateOf(other)).toEqual(before);
    const down = ok(await project.kernel('migrate:down', 'shop@base', '--json')).json();
    expect(down).toMatchObject({ applied: ids.toReversed() });
    expect(
      (await onDatabase(other, (session) => dumpSchema((text) => session.query(text)))).filter((line) =>
        /customer|order|state/.test(line),
      ),
    ).toEqual([]);
  }, 90_000);
});

describe('the files that kernel migrate:adopt writes', () => {
  it('look handwritten', async () => {
    const project = await makeShop(undefined, shop);
    const done = ok(await project.kernel(...adopt, '--files-only', '--json')).json() as { files: readonly string[] };
    const texts = done.files.map((file) => readFileSync(file, 'utf8'));
    expect(texts[1]).toBe(`import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Was the MikroORM migration "Migration20240203040506_add_orders". */
export default defineRevision({
  id: 'shop@0002_add_orders',
  revises: 'shop@0001_migration_20240102030405',
  up: sql\`
    create table "order" (
      "id" serial primary key,
      "customer_id" int not null references "customer" ("id"),
      "state" "state" not null default 'open',
      "note" text null
    );
    create index "order_customer_id_index" on "order" ("customer_id");
  \`,
  down: sql\`drop table "order";\`,
});
`);
    expect(texts[2]).toContain(
      '  transaction: false,\n  up: sql`create index concurrently "order_note_index" on "order" ("note");`',
    );
    expect(texts[2]).toContain('i.indisvalid');
    expect(texts[3]).toContain(`values ('O''Hara'), (`);
  });
});

describe('kernel migrate:adopt', () => {
  it('fills in dependencies on other plugins, but not on earlier migrations', async () => {
    const project = await makeShop(undefined, {
      'Migration1_Cart.ts': migrationText(
        'Cart',
        methods(['create table "cart" ("id" serial primary key, "user_id" int references "core_user" ("id"))']),
      ),
      'Migration2_Line.ts': migrationText(
        'Line',
        methods(['create table "line" ("cart_id" int references "cart" ("id"))']),
      ),
    });
    const done = ok(await project.kernel(...adopt, '--files-only', '--json')).json() as { files: readonly string[] };
    const [cart = '', line = ''] = done.files.map((file) => readFileSync(file, 'utf8'));
    expect(cart).toContain("dependsOn: ['core@0001_create_objects'], // core_user");
    expect(line).not.toContain('dependsOn');
  });

  const one = (name: string, sql = 'select 1'): Readonly<Record<string, string>> => ({
    [`${name}.ts`]: migrationText(name, methods([sql])),
  });

  it('refuses a plugin that is not active, or whose sources are not in this workspace', async () => {
    const project = await makeShop(undefined, one('M1'));
    const unknown = refusalIn(await project.kernel('migrate:adopt', 'shpo', '--from', 'old', '--json'));
    expect(unknown).toMatchObject({
      code: 'PLUGIN_NOT_ACTIVE',
      exitCode: 12,
      message: matching(/the nearest is "shop"/),
    });
    project.reconfigure((config) => (config.plugins = { shop: { $enabled: false } }));
    const off = refusalIn(await project.kernel(...adopt, '--json'));
    expect(off).toMatchObject({ code: 'PLUGIN_NOT_ACTIVE', hint: 'npx kernel plugin:enable shop' });
    const built = await makeShop(undefined, one('M1'), { built: true });
    expect(refusalIn(await built.kernel(...adopt, '--json'))).toMatchObject({ code: 'PLUGIN_NOT_FROM_SOURCES' });
  });

  it('needs --from', async () => {
    const project = await makeShop(undefined, one('M1'));
    const refusal = refusalIn(await project.kernel('migrate:adopt', 'shop', '--json'));
    expect(refusal).toMatchObject({
      code: 'USAGE',
      exitCode: 2,
      message: matching(/needs --from <tool>, one of drizzle, flyway, knex,/),
    });
  });

  it('does not wait forever for a file or a migration that never completes', async () => {
    const project = await makeShop(undefined, { 'M1.ts': 'await new Promise(() => {});' });
    const refusal = refusalIn(await project.kernel(...adopt, '--files-only', '--json'));
    expect(refusal).toMatchObject({
      code: 'MIGRATION_FILE_INVALID',
      message: matching(/awaits something that never happens/),
    });
    const endless = await makeShop(undefined, {
      'M1.ts': migrationText('M1', '  async up() { await new Promise(() => {}); }'),
    });
    const asked = refusalIn(await endless.kernel(...adopt, '--files-only', '--json'));
    expect(asked).toMatchObject({
      code: 'MIGRATION_NOT_ADOPTABLE',
      message: matching(/awaits something that never happens/),
    });
  });

  it('continues after a migration that was written by hand as a revision', async () => {
    const database = await emptyDatabase('postgres');
    const project = await makeShop(database, {
      ...one('M1', 'create table "a" ("n" int);'),
      'M2.ts': migrationText('M2', '  async up() { const { length } = await this.execute("select 1"); void length; }'),
      ...one('M3', 'alter table "a" add column "m" int;'),
    });
    await migrateWithMikroOrm(project, database);
    const refusal = refusalIn(await project.kernel(...adopt, '--json'));
    expect(refusal).toMatchObject({ code: 'MIGRATION_NOT_ADOPTABLE', written: 'Nothing was written.' });
    expect(filesOf(project)).toEqual([]);

    expect(ok(await project.kernel(...adopt, '--to', 'M1')).stdout).toContain('2 migrations left for later.');
    project.write(
      'plugins/shop/src/migrations/0002_first_row.ts',
      `import { defineRevision } from '@headwater/kernel/plugin';

/** Was the MikroORM migration "M2". */
export default defineRevision({
  id: 'shop@0002_first_row',
  revises: 'shop@0001_m1',
  version: 1,
  up: async ({ query, sql }) => void (await query(sql\`insert into a values (1)\`)),
});
`,
    );
    const done = ok(await project.kernel(...adopt, '--json')).json();
    expect(done).toMatchObject({
      migrations: [{ state: 'there' }, { state: 'there', id: 'shop@0002_first_row' }, { state: 'new' }],
      stamped: ['shop@0002_first_row', 'shop@0003_m3'],
      pending: [],
    });
    expect(ok(await project.kernel('migrate:up', 'shop')).stdout).toMatch(/nothing is pending/i);
  });

  it('writes nothing if the files and the table disagree about the history', async () => {
    const database = await emptyDatabase('postgres');
    const project = await makeShop(database, { ...one('M1'), ...one('M2', 'select 2') });
    await migrateWithMikroOrm(project, database);
    const run = (text: string): Promise<void> => onDatabase(database, (session) => session.script(text));
    const refusal = async (): Promise<unknown> => {
      const found = refusalIn(await project.kernel(...adopt, '--json'));
      expect(filesOf(project)).toEqual([]);
      return found;
    };
    await run(`insert into mikro_orm_migrations (name) values ('M3')`);
    expect(await refusal()).toMatchObject({
      code: 'ADOPTION_HISTORY_DIFFERS',
      exitCode: 15,
      message: matching(/^The table mikro_orm_migrations in \S+ records migrations without a file: M3\.$/),
    });
    await run(`delete from mikro_orm_migrations where name in ('M1', 'M3')`);
    expect(await refusal()).toMatchObject({ message: matching(/records "M2" but not the migrations before it: M1\./) });
    await run('alter table mikro_orm_migrations rename column name to title');
    expect(await refusal()).toMatchObject({
      message: matching(/lacks one of the columns of the tool's table: id, name\./),
    });
  });

  it('adopts modules that share one table, one by one', async () => {
    const database = await emptyDatabase('postgres');
    const project = await makeShop(database, {
      ...one('Shop1', 'create table "a" ()'),
      ...one('Shop2', 'create table "b" ()'),
    });
    await migrateWithMikroOrm(project, database);
    await onDatabase(database, (session) =>
      session.script(`insert into mikro_orm_migrations (name) values ('Billing1')`),
    );
    const refusal = refusalIn(await project.kernel(...adopt, '--json'));
    expect(refusal).toMatchObject({ code: 'ADOPTION_HISTORY_DIFFERS', hint: matching(/--shared/) });
    const shared = ok(
      await project.kernel('migrate:adopt', 'shop', 'old', '--from', 'mikro-orm', '--shared', '--json'),
    );
    expect(shared.json()).toMatchObject({ stamped: ['shop@0001_shop1', 'shop@0002_shop2'], pending: [] });
  });

  it('splits one history among plugins by what their entities declare', async () => {
    const database = await emptyDatabase('postgres');
    const entity = (name: string, table: string): string =>
      `export const entities = [defineEntity({ name: '${name}', tableName: '${table}', properties: { id: p.integer().primary() } })];
export const extend = [];`;
    const plugins = {
      shop: { requiresCore: false, entities: entity('Customer', 'customer') },
      billing: { requiresCore: false, requires: ['shop'], entities: entity('Bill', 'bill') },
    };
    const project = await makeProject({ plugins, database, config: { core: undefined } });
    const sql: Readonly<Record<string, string>> = {
      '1_start.sql':
        'create table customer (id int primary key); create table bill (id int primary key, customer_id int references customer);',
      '1_start.down.sql': 'drop table bill; drop table customer;',
      '2_bills.sql': 'alter table bill add column total int;',
      '3_log.sql': 'create table log (line text); alter table customer add column name text;',
    };
    for (const [name, text] of Object.entries(sql)) project.write(`sql/${name}`, text);
    const ups = ['1_start.sql', '2_bills.sql', '3_log.sql'];
    const rows = ups.map((name) => `insert into "SequelizeMeta" values ('${name}');`).join('');
    await onDatabase(database, (session) =>
      session.script(`${ups.map((name) => sql[name]).join('')} create table "SequelizeMeta" (name text); ${rows}`),
    );
    const split = ['migrate:adopt', 'shop', 'sql', '--from', 'umzug', '--split', 'billing'];
    expect(refusalIn(await project.kernel(...split, '--split', 'shop', '--json'))).toMatchObject({ code: 'USAGE' });
    const done = ok(await project.kernel(...split, '--json')).json();
    expect(done).toMatchObject({
      migrations: [
        { name: '1_start.sql', ids: ['shop@0001_start', 'billing@0001_start'] },
        { name: '2_bills.sql', ids: ['billing@0002_bills'] },
        { name: '3_log.sql', ids: ['shop@0002_log'] },
      ],
      pending: [],
    });
    const bill = readFileSync(join(project.folderOf('billing'), 'src/migrations/0001_start.ts'), 'utf8');
    expect(bill).toContain("dependsOn: ['shop@0001_start'], // customer");
    expect(bill).toContain('down: sql`drop table bill;`');
    expect(ok(await project.kernel('migrate:status')).stdout).toContain('Nothing is pending.');
    expect(ok(await project.kernel(...split)).stdout).toContain('3 migrations already adopted.\nNothing to do.');

    const fresh = await emptyDatabase('postgres');
    project.reconfigure((config) => (config['database'] = urlOf(fresh)));
    ok(await project.kernel('migrate:up'));
    const lines = (target: DatabaseTarget): Promise<readonly string[]> =>
      onDatabase(target, (session) => dumpSchema((text) => session.query(text)));
    expect(await lines(fresh)).toEqual((await lines(database)).filter((line) => !line.includes('SequelizeMeta')));
  });

  it('refuses to split a history if a plugin does not require another that it references', async () => {
    const entity =
      "export const entities = [defineEntity({ name: 'Bill', tableName: 'bill', properties: { id: p.integer().primary() } })]; export const extend = [];";
    const plugins = { shop: { requiresCore: false }, billing: { requiresCore: false, entities: entity } };
    const project = await makeProject({ plugins, config: { core: undefined } });
    project.write(
      'sql/1_a.sql',
      'create table customer (id int primary key); create table bill (id int references customer);',
    );
    const words = ['migrate:adopt', 'shop', 'sql', '--from', 'umzug', '--split', 'billing', '--files-only', '--json'];
    expect(refusalIn(await project.kernel(...words))).toMatchObject({ code: 'REVISION_DEPENDENCY_NOT_REQUIRED' });
    expect(existsSync(join(project.folderOf('billing'), 'src/migrations'))).toBe(false);
    expect(filesOf(project)).toEqual([]);
  });

  it('does not stamp revisions that the table does not record', async () => {
    const database = await emptyDatabase('postgres');
    const project = await makeShop(database, one('M1'), { revisions: { '0001_own': 'select 0' } });
    await migrateWithMikroOrm(project, database);
    const refusal = refusalIn(await project.kernel(...adopt, '--json'));
    expect(refusal).toMatchObject({
      code: 'ADOPTION_HISTORY_DIFFERS',
      message: matching(/which precede the ones that it does record: shop@0001_own\.$/),
    });
    ok(await project.kernel('migrate:up', 'shop'));
    expect(ok(await project.kernel(...adopt)).stdout).toMatch(/1 revision stamped/);
  });

  it.each(databaseKinds)(
    'reads a table with another name and schema, and names with extensions, on %s',
    async (kind) => {
      const database = await emptyDatabase(kind);
      const project = await makeShop(database, { ...one('M1'), ...one('M2', 'select 2') });
      await migrateWithMikroOrm(project, database, { to: 'M1', tableName: 'audit.Old' });
      await onDatabase(database, (session) => session.script(`update audit."Old" set name = 'M1.js'`));
      const done = ok(await project.kernel(...adopt, '--table', 'audit.Old', '--json')).json();
      expect(done).toMatchObject({ table: { there: true }, stamped: ['shop@0001_m1'], pending: ['shop@0002_m2'] });
    },
  );
});
