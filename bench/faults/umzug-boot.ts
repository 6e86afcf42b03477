// A boot with Umzug, as its documentation shows it: each migration in a transaction, and a storage of its own in a table.
import pg from 'pg';
import { Umzug } from 'umzug';
import { revisions } from './revisions.ts';

const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
await client.connect();
await client.query('create table if not exists migrations (name text primary key)');
const umzug = new Umzug({
  migrations: revisions.map(({ name, text }) => ({
    name,
    async up() {
      await client.query('begin');
      await client.query(text);
      await client.query('commit');
    },
  })),
  storage: {
    async executed() {
      const { rows } = await client.query<{ name: string }>('select name from migrations order by name');
      return rows.map(({ name }) => name);
    },
    async logMigration({ name }) {
      await client.query('insert into migrations values ($1)', [name]);
    },
    async unlogMigration({ name }) {
      await client.query('delete from migrations where name = $1', [name]);
    },
  },
  logger: undefined,
});
await umzug.up();
await client.end();
