import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findObject } from '../../../kernel/src/sql/tracked-object.ts';
import { typeChange } from '../../src/lint/type-change.ts';
import { openRawPglite } from '../../../../test/helper/raw-pglite.ts';
import { historyOf } from '../../../kernel/test/sql/support.ts';

let database: PGlite;
beforeAll(async () => {
  database = await openRawPglite();
  await database.exec("create type small as enum ('a'); create type big as enum ('a', 'b')");
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
  return typeChange(old, now, (type) => findObject(history.objects, { kind: 'type', name: type, table: null })?.values);
}

describe('a change of type', () => {
  const cases: [from: string, to: string, fits: boolean][] = [
    ['varchar(10)', 'varchar(20)', true],
    ['varchar(10)', 'varchar', true],
    ['varchar(10)', 'text', true],
    ['text', 'varchar', true],
    ['text', 'varchar(10)', false],
    ['varchar(20)', 'varchar(10)', false],
    ['varchar(10)[]', 'text[]', true],
    ['varchar(10)[]', 'varchar(20)[]', true],
    ['int[]', 'text[]', false],
    ['char(5)', 'char(9)', true],
    ['char(5)', 'char(5)', true],
    ['char(5)', 'text', true],
    ['smallint', 'int', true],
    ['int', 'bigint', true],
    ['int', 'numeric', true],
    ['int', 'numeric(12, 2)', true],
    ['int', 'numeric(10, 2)', false],
    ['bigint', 'int', false],
    ['bigint', 'double precision', false],
    ['int', 'text', false],
    ['real', 'double precision', true],
    ['numeric(10, 2)', 'numeric(12, 2)', true],
    ['numeric(10, 2)', 'numeric', true],
    ['numeric(10, 2)', 'numeric(12, 4)', true],
    ['numeric(10, 2)', 'numeric(9, 2)', false],
    ['numeric', 'numeric(30, 10)', false],
    ['timestamp(3)', 'timestamp', true],
    ['timestamptz(3)', 'timestamptz(6)', true],
    ['timestamptz', 'timestamptz(3)', false],
    ['time(0)', 'time(3)', true],
    ['interval(3)', 'interval', true],
    ['varbit(5)', 'varbit(9)', true],
    ['cidr', 'inet', true],
    ['json', 'jsonb', false],
    ['date', 'timestamp', false],
    ['small', 'big', true],
    ['big', 'small', false],
    ['int', 'int', true],
  ];
  it.each(cases)('from %s to %s', async (from, to, fits) => {
    await database.exec(`drop table if exists t; create table t (a ${from})`);
    const before = await fileOf();
    // There is no cast between two enums. For other types, `using` would hide the cast that PostgreSQL chooses.
    const using = from === 'small' || from === 'big' ? ` using a::text::${to}` : '';
    await database.exec(`alter table t alter a type ${to}${using}`);
    const rewrites = (await fileOf()) !== before;
    expect(await classified(from, to)).toEqual({ fits, rewrites });
  });
});
