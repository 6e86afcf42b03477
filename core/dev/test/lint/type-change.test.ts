import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findObject } from '../../../kernel/src/sql/tracked-object.ts';
import { typeChange, type TypeChange } from '../../src/lint/type-change.ts';
import { openRawPglite } from '../../../../test/helper/raw-pglite.ts';
import { historyOf } from '../../../kernel/test/sql/support.ts';

let database: PGlite;
beforeAll(async () => {
  database = await openRawPglite();
  await database.exec(
    "create type small as enum ('a'); create type big as enum ('a', 'b'); set timezone = 'Europe/Vienna'",
  );
});
afterAll(() => database.close());

/** Returns the number of the file that holds the rows. PostgreSQL writes a new file when it rewrites the table. */
async function fileOf(): Promise<number | undefined> {
  const { rows } = await database.query<{ file: number }>("select pg_relation_filenode('t') as file");
  return rows[0]?.file;
}

/** Classifies the change of type, with the types as a revision declares them. */
async function classified(from: string, to: string) {
  const history = await historyOf(
    `core@1: create type small as enum ('a'); create type big as enum ('a', 'b'); create table t (a ${from}, b ${to})`,
  );
  const [old, now] = ['a', 'b'].map((name) => history.find({ kind: 'column', name, table: 't' })?.type);
  if (old === undefined || now === undefined) throw new Error(`${from} and ${to} cannot be read`);
  const valuesOf = (type: string) => findObject(history.objects, { kind: 'type', name: type, table: null })?.values;
  return typeChange(old, now, { of: valuesOf, now: valuesOf });
}

describe('a change of type', () => {
  const wider = { fits: true, compatible: true };
  /** Every value fits, but code that was written for the old type does not work with the new one. */
  const otherForm = { fits: true, compatible: false };
  const narrower = { fits: false, compatible: false };
  const cases: [from: string, to: string, expected: Pick<TypeChange, 'fits' | 'compatible'>][] = [
    ['varchar(10)', 'varchar(20)', wider],
    ['varchar(10)', 'varchar', wider],
    ['varchar(10)', 'text', wider],
    ['text', 'varchar', wider],
    ['text', 'varchar(10)', narrower],
    ['varchar(20)', 'varchar(10)', narrower],
    ['varchar(10)[]', 'text[]', wider],
    ['varchar(10)[]', 'varchar(20)[]', wider],
    ['int[]', 'text[]', otherForm],
    ['char(5)', 'char(9)', wider],
    ['char(5)', 'char(5)', wider],
    ['char(5)', 'text', wider],
    ['smallint', 'int', wider],
    ['int', 'bigint', wider],
    ['int', 'numeric', wider],
    ['int', 'numeric(12, 2)', wider],
    ['int', 'numeric(10, 2)', narrower],
    ['bigint', 'int', narrower],
    ['bigint', 'double precision', narrower],
    ['int', 'text', otherForm],
    ['varchar(5)', 'char(9)', otherForm],
    ['varchar(9)', 'char(5)', narrower],
    ['uuid', 'text', otherForm],
    ['uuid', 'varchar(36)', narrower],
    ['small', 'text', otherForm],
    ['text', 'uuid', narrower],
    ['real', 'double precision', wider],
    ['numeric(10, 2)', 'numeric(12, 2)', wider],
    ['numeric(10, 2)', 'numeric', wider],
    ['numeric(10, 2)', 'numeric(12, 4)', wider],
    ['numeric(10, 2)', 'numeric(9, 2)', narrower],
    ['numeric', 'numeric(30, 10)', narrower],
    ['timestamp(3)', 'timestamp', wider],
    ['timestamptz(3)', 'timestamptz(6)', wider],
    ['timestamptz', 'timestamptz(3)', narrower],
    ['time(0)', 'time(3)', wider],
    ['interval(3)', 'interval', wider],
    ['varbit(5)', 'varbit(9)', wider],
    ['cidr', 'inet', wider],
    ['json', 'jsonb', wider],
    ['jsonb', 'json', otherForm],
    ['bytea', 'text', otherForm],
    ['name', 'text', wider],
    ['timestamp', 'timestamptz', wider],
    ['timestamp(3)', 'timestamptz(0)', narrower],
    ['timestamptz', 'timestamp', narrower],
    ['time', 'timetz', wider],
    ['date', 'timestamp', otherForm],
    ['date', 'timestamptz', otherForm],
    ['timestamp', 'date', narrower],
    ['small', 'big', wider],
    ['big', 'small', narrower],
    ['int', 'int', wider],
  ];
  it.each(cases)('from %s to %s', async (from, to, expected) => {
    await database.exec(`drop table if exists t; create table t (a ${from})`);
    const before = await fileOf();
    // There is no cast between two enums. For other types, `using` would hide the cast that PostgreSQL chooses.
    const isCast = (from === 'small' || from === 'big') && to !== 'text';
    const using = isCast || to === 'uuid' ? ` using a::text::${to}` : '';
    await database.exec(`alter table t alter a type ${to}${using}`);
    const rewrites = (await fileOf()) !== before;
    expect(await classified(from, to)).toMatchObject({ ...expected, rewrites });
  });

  it('from timestamp to timestamptz rewrites nothing in a session whose time zone is UTC', async () => {
    await database.exec("drop table if exists t; create table t (a timestamp); set timezone = 'UTC'");
    const before = await fileOf();
    await database.exec("alter table t alter a type timestamptz; set timezone = 'Europe/Vienna'");
    expect(await fileOf()).toBe(before);
    expect(await classified('timestamp', 'timestamptz')).toMatchObject({ byTimeZone: true });
  });
});
