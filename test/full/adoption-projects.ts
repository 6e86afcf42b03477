/** A project of another migration tool. */
export interface ToolProject {
  /** The value of `--from`. */
  readonly tool: string;
  /** The name in doc comments. */
  readonly title: string;
  /** The files of the project; `migrations/…` unless the tool has a folder of its own. */
  readonly files: Readonly<Record<string, string>>;
  /** The folder of its migrations. */
  readonly folder: string;
  /** The arguments of `node` that write more files before it runs. Default: none. */
  readonly generate?: readonly string[];
  /** The number of migrations. */
  readonly migrations: number;
}

/** The packages of all projects, installed together. */
export const toolPackages: readonly string[] = [
  'knex@3.3.0',
  'typeorm@1.1.1',
  'kysely@0.29.9',
  'umzug@3.8.3',
  'sequelize@6.37.8',
  'node-pg-migrate@9.0.0',
  'drizzle-orm@0.45.4',
  'drizzle-kit@0.31.11',
  'pg@8.23.0',
  '@mikro-orm/core@6.6.16',
  '@mikro-orm/migrations@6.6.16',
  '@mikro-orm/postgresql@6.6.16',
];

const knex: ToolProject = {
  tool: 'knex',
  title: 'Knex',
  folder: 'migrations',
  migrations: 3,
  files: {
    'migrations/20240101000000_create_customers.js': `export async function up(knex) {
  await knex.schema.createTable('customer', (table) => {
    table.increments('id');
    table.string('name').notNullable().unique();
    table.timestamp('made_at').defaultTo(knex.fn.now());
  });
  await knex('customer').insert({ name: "O'Hara" });
}
export const down = (knex) => knex.schema.dropTable('customer');
`,
    'migrations/20240102000000_create_orders.js': `export const up = (knex) =>
  knex.schema
    .createTable('order', (table) => {
      table.bigIncrements();
      table.integer('customer_id').notNullable().references('id').inTable('customer').index();
      table.enu('state', ['open', 'paid'], { useNative: true, enumName: 'order_state' }).defaultTo('open');
      table.jsonb('data').defaultTo('{}');
    })
    .raw(\`create view open_order as select id from "order" where state = 'open'\`);
export const down = (knex) => knex.schema.dropView('open_order').dropTable('order').raw('drop type order_state');
`,
    'migrations/20240103000000_index_orders.js': `export const config = { transaction: false };
export const up = (knex) => knex.raw('create index concurrently order_state_index on "order" (state)');
export const down = (knex) => knex.raw('drop index concurrently order_state_index');
`,
    'migrate.mjs': `import knex from 'knex';
const db = knex({ client: 'pg', connection: process.env.DATABASE_URL });
await db.migrate.latest();
await db.destroy();
`,
  },
};

const mikroOrm: ToolProject = {
  tool: 'mikro-orm',
  title: 'MikroORM',
  folder: 'migrations',
  migrations: 2,
  files: {
    'migrations/Migration20240101000000_customers.js': `import { Migration } from '@mikro-orm/migrations';
export class Migration20240101000000_customers extends Migration {
  async up() {
    const knex = this.getKnex();
    this.addSql(knex.schema.createTable('customer', (table) => {
      table.increments('id');
      table.string('name').notNullable();
    }).toQuery());
    this.addSql(knex('customer').insert({ name: "O'Hara" }));
  }
  async down() {
    this.addSql(this.getKnex().schema.dropTable('customer').toQuery());
  }
}
`,
    'migrations/Migration20240102000000.js': `import { Migration } from '@mikro-orm/migrations';
export class Migration20240102000000 extends Migration {
  async up() {
    await this.execute('create table "order" ("id" serial primary key, "customer_id" int not null)');
    this.addSql('alter table "order" add constraint "order_customer" foreign key ("customer_id") references "customer" ("id");');
  }
}
`,
    'migrate.mjs': `import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
const orm = await MikroORM.init({
  clientUrl: process.env.DATABASE_URL,
  entities: [],
  discovery: { warnWhenNoEntities: false },
  extensions: [Migrator],
  migrations: { path: 'migrations', snapshot: false, silent: true },
});
await orm.getMigrator().up();
await orm.close();
`,
  },
};

const kysely: ToolProject = {
  tool: 'kysely',
  title: 'Kysely',
  folder: 'migrations',
  migrations: 2,
  files: {
    'migrations/2024-01-01_create_customers.js': `import { sql } from 'kysely';
export async function up(db) {
  await db.schema
    .createTable('customer')
    .addColumn('id', 'serial', (column) => column.primaryKey())
    .addColumn('name', 'varchar(64)', (column) => column.notNull().defaultTo('nobody'))
    .execute();
  await sql\`create index customer_name on customer (lower(name))\`.execute(db);
  await db.insertInto('customer').values({ name: "O'Hara" }).execute();
}
export async function down(db) {
  await db.schema.dropTable('customer').execute();
}
`,
    'migrations/2024-01-02_create_orders.js': `export async function up(db) {
  await db.schema
    .createTable('order')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('customer_id', 'integer', (column) => column.references('customer.id').onDelete('cascade').notNull())
    .execute();
}
`,
    'migrate.mjs': `import { promises as fs } from 'node:fs';
import path from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import pg from 'pg';
const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: process.env.DATABASE_URL }) }) });
const migrationFolder = path.resolve('migrations');
const { error } = await new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) }).migrateToLatest();
await db.destroy();
if (error !== undefined) throw error;
`,
  },
};

const typeorm: ToolProject = {
  tool: 'typeorm',
  title: 'TypeORM',
  folder: 'migrations',
  migrations: 2,
  files: {
    'migrations/1700000000000-CreateCustomers.js': `export class CreateCustomers1700000000000 {
  name = 'CreateCustomers1700000000000';
  async up(queryRunner) {
    await queryRunner.query(\`CREATE TABLE "customer" ("id" SERIAL NOT NULL, "name" character varying NOT NULL, CONSTRAINT "PK_customer" PRIMARY KEY ("id"))\`);
    await queryRunner.query('INSERT INTO "customer" ("name") VALUES ($1)', ["O'Hara"]);
  }
  async down(queryRunner) {
    await queryRunner.query('DROP TABLE "customer"');
  }
}
`,
    'migrations/1700000000001-CreateOrders.js': `import { Table } from 'typeorm';
export class CreateOrders1700000000001 {
  async up(queryRunner) {
    await queryRunner.createTable(
      new Table({
        name: 'order',
        columns: [
          { name: 'id', type: 'int', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          { name: 'customer_id', type: 'int' },
        ],
        foreignKeys: [{ columnNames: ['customer_id'], referencedTableName: 'customer', referencedColumnNames: ['id'] }],
      }),
    );
  }
  async down(queryRunner) {
    await queryRunner.query('DROP TABLE "order"');
  }
}
`,
    'migrate.mjs': `import { DataSource } from 'typeorm';
import { CreateCustomers1700000000000 } from './migrations/1700000000000-CreateCustomers.js';
import { CreateOrders1700000000001 } from './migrations/1700000000001-CreateOrders.js';
const source = new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  migrations: [CreateCustomers1700000000000, CreateOrders1700000000001],
});
await source.initialize();
await source.runMigrations();
await source.destroy();
`,
  },
};

const nodePgMigrate: ToolProject = {
  tool: 'node-pg-migrate',
  title: 'node-pg-migrate',
  folder: 'migrations',
  migrations: 3,
  files: {
    'migrations/1700000000000_create-customers.js': `export const shorthands = { id: { type: 'serial', primaryKey: true } };
export const up = (pgm) => {
  pgm.createTable('customer', { id: 'id', name: { type: 'text', notNull: true } });
  pgm.createIndex('customer', 'name');
};
`,
    'migrations/1700000000001_add-mail.sql': `-- Up Migration
alter table "customer" add column "mail" text;

-- Down Migration
alter table "customer" drop column "mail";
`,
    'migrations/1700000000002_create-orders.js': `export const up = (pgm) => {
  pgm.createTable('order', { id: 'id', customer_id: { type: 'integer', notNull: true, references: '"customer"' } });
  pgm.sql('create view "open_order" as select "id" from "order"');
};
export const down = false;
`,
    'migrate.mjs': `import { runner } from 'node-pg-migrate';
await runner({ databaseUrl: process.env.DATABASE_URL, dir: 'migrations', direction: 'up', migrationsTable: 'pgmigrations', log: () => {} });
`,
  },
};

const umzug: ToolProject = {
  tool: 'umzug',
  title: 'Umzug',
  folder: 'migrations',
  migrations: 2,
  files: {
    'migrations/001_create_customers.sql': `begin;
create table "customer" ("id" serial primary key, "name" varchar(64) not null);
insert into "customer" ("name") values ('O''Hara');
commit;
`,
    'migrations/001_create_customers.down.sql': 'drop table "customer";\n',
    'migrations/002_create_orders.sql': `create table "order" ("id" serial primary key, "customer_id" int not null references "customer");
comment on table "order" is 'What is sold; -- and more';
create function "total"() returns int language sql as $$ select 1; $$;
`,
    'migrate.mjs': `import { readFileSync } from 'node:fs';
import { Sequelize } from 'sequelize';
import { SequelizeStorage, Umzug } from 'umzug';
const sequelize = new Sequelize(process.env.DATABASE_URL, { logging: false });
const umzug = new Umzug({
  migrations: {
    glob: ['migrations/*.sql', { ignore: 'migrations/*.down.sql' }],
    resolve: ({ name, path }) => ({ name, up: () => sequelize.query(readFileSync(path, 'utf8')) }),
  },
  storage: new SequelizeStorage({ sequelize }),
  logger: undefined,
});
await umzug.up();
await sequelize.close();
`,
  },
};

const drizzle: ToolProject = {
  tool: 'drizzle',
  title: 'Drizzle',
  folder: 'drizzle',
  migrations: 1,
  generate: [
    'node_modules/drizzle-kit/bin.cjs',
    'generate',
    '--dialect=postgresql',
    '--schema=schema.ts',
    '--name=initial',
  ],
  files: {
    'schema.ts': `import { integer, pgEnum, pgTable, serial, text, uniqueIndex } from 'drizzle-orm/pg-core';
export const state = pgEnum('order_state', ['open', 'paid']);
export const customer = pgTable('customer', { id: serial().primaryKey(), name: text().notNull() }, (table) => [
  uniqueIndex('customer_name').on(table.name),
]);
export const order = pgTable('order', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  customerId: integer('customer_id').notNull().references(() => customer.id),
  state: state().notNull().default('open'),
});
`,
    'migrate.mjs': `import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await migrate(drizzle(pool), { migrationsFolder: 'drizzle' });
await pool.end();
`,
  },
};

/** A runner of SQL files that keeps the table of a tool that npm does not have. */
const runnerOf = (
  create: string,
  insert: string,
  folder: string,
  path: string,
): string => `import { globSync, readFileSync } from 'node:fs';
import pg from 'pg';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query(${JSON.stringify(create)});
for (const [i, file] of globSync('${path}', { cwd: '${folder}' }).toSorted().entries()) {
  await client.query(readFileSync('${folder}/' + file, 'utf8'));
  await client.query(${JSON.stringify(insert)}, [i + 1, file]);
}
await client.end();
`;

const sqlFiles = [
  'create table "customer" ("id" serial primary key, "name" text not null unique);\n',
  'create table "order" ("id" serial primary key, "customer_id" int not null references "customer" on delete cascade);\n',
] as const;

/** Flyway is a program for the JVM, so its table is made by hand. */
const flyway: ToolProject = {
  tool: 'flyway',
  title: 'Flyway',
  folder: 'sql',
  migrations: 2,
  files: {
    'sql/V1__create_customers.sql': sqlFiles[0],
    'sql/V2__create_orders.sql': sqlFiles[1],
    'sql/U2__create_orders.sql': 'drop table "order";\n',
    'migrate.mjs': runnerOf(
      `create table flyway_schema_history (installed_rank int primary key, version varchar(50), description varchar(200) not null,
        type varchar(20) not null, script varchar(1000) not null, checksum int, installed_by varchar(100) not null,
        installed_on timestamp not null default now(), execution_time int not null, success boolean not null)`,
      `insert into flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success)
        values ($1::int, ($1::int)::text, '', 'SQL', $2, 'me', 1, true)`,
      'sql',
      'V*.sql',
    ),
  },
};

/** The engine of Prisma is not a package, so its table is made by hand. */
const prisma: ToolProject = {
  tool: 'prisma',
  title: 'Prisma',
  folder: 'prisma/migrations',
  migrations: 2,
  files: {
    'prisma/migrations/20240101000000_customers/migration.sql': `-- CreateTable\n${sqlFiles[0]}`,
    'prisma/migrations/20240102000000_orders/migration.sql': `-- CreateTable\n${sqlFiles[1]}`,
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    'migrate.mjs': runnerOf(
      `create table "_prisma_migrations" ("id" varchar(36) primary key, "checksum" varchar(64) not null, "finished_at" timestamptz,
        "migration_name" varchar(255) not null, "logs" text, "rolled_back_at" timestamptz, "started_at" timestamptz not null default now(),
        "applied_steps_count" int not null default 0)`,
      `insert into "_prisma_migrations" ("id", "checksum", "finished_at", "migration_name")
        values ($1::text, '', now(), split_part($2, '/', 1))`,
      'prisma/migrations',
      '*/migration.sql',
    ),
  },
};

/** A project for each tool. */
export const toolProjects: readonly ToolProject[] = [
  drizzle,
  flyway,
  knex,
  kysely,
  mikroOrm,
  nodePgMigrate,
  prisma,
  typeorm,
  umzug,
];
