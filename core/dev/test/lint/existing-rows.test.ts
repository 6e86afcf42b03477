import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { lintStatements } from '../../src/lint/statement-rules.ts';
import { serverErrorOf } from '../../../kernel/src/db/server-error.ts';
import { historyOf } from '../../../kernel/test/sql/support.ts';
import { databaseKinds, serverUrl } from '../../../../test/helper/database.ts';

/** A column with a value, a change, the part of the finding about existing rows, and what becomes of the value. */
const cases: readonly (readonly [column: string, value: string, change: string, message: string, outcome: string])[] = [
  ['varchar(20)', "'long name'", 'varchar(2)', 'fails if a value is too long; only spaces at its end are cut', '22001'],
  ['varchar(20)', "'long name'", 'char(2)', 'fails if a value is too long; only spaces at its end are cut', '22001'],
  ['text', "'a    '", 'varchar(2)', 'only spaces at its end are cut', 'a '],
  ['varchar(20)', "'long name'", 'varchar(2) using a::varchar(2)', 'keeps only a part of each value', 'lo'],
  ['varchar(20)', "'long name'", 'char(2) using a::char(2)', 'keeps only a part of each value', 'lo'],
  ['int8', '3000000000', 'int4', 'fails if a value is out of range', '22003'],
  ['numeric(9,4)', '1.2345', 'numeric(9,2)', 'excess digits are rounded in silence', '1.23'],
  ['numeric(9,2)', '1234567.00', 'numeric(5,2)', 'fails if a value is out of range', '22003'],
  ['float8', '1.7', 'int4', 'excess digits are rounded in silence', '2'],
  ['timestamp', "'2026-01-02 03:04:05'", 'date', 'the time of day is cut in silence', '2026-01-02'],
  [
    'timestamp(3)',
    "'2026-01-02 03:04:05.678'",
    'timestamp(0)',
    'fractional seconds are rounded',
    '2026-01-02 03:04:06',
  ],
  ['text', "'x'", 'int4 using a::int4', 'fails on such a value', '22P02'],
];

describe.each(databaseKinds)('a finding says what happens to existing rows, on %s', (kind) => {
  let shadow: Shadow;
  beforeAll(async () => {
    shadow = await openShadow(kind === 'postgres' ? serverUrl('postgres') : null);
  });
  afterAll(() => shadow[Symbol.asyncDispose]());

  /** Runs SQL over one row. Returns the value of its column `a` or, if the SQL fails, the SQLSTATE. */
  async function outcomeOf(create: string, insert: string, sql: string): Promise<string | null> {
    const { session } = shadow;
    await session.script('begin');
    try {
      await session.script(`${create}; ${insert}; ${sql}`);
      const [row] = await session.query<{ value: string }>('select t.a::text as value from t');
      return row?.value ?? null;
    } catch (error) {
      return serverErrorOf(error)?.code ?? String(error);
    } finally {
      await session.script('rollback');
    }
  }

  it.each(cases)('%s with %s becomes %s: %s', async (column, value, change, message, outcome) => {
    const create = `create table t (a ${column})`;
    const sql = `alter table t alter a type ${change}`;
    const findings = await lintStatements(sql, { history: await historyOf(`core@1: ${create}`) });
    expect(findings.map((finding) => finding.message).join('\n')).toContain(message);
    expect(await outcomeOf(create, `insert into t values (${value})`, sql)).toBe(outcome);
  });

  it.each([
    ['text not null', 'it is NOT NULL without a default, so a `down` that recreates it like that fails', '23502'],
    ["text not null default 'x'", '`down` can only recreate it empty', 'x'],
    ['text', '`down` can only recreate it empty', null],
  ])('a dropped column %s: %s', async (column, message, outcome) => {
    const create = `create table t (id int, a ${column})`;
    const up = 'alter table t drop column a';
    const [finding] = await lintStatements(up, { history: await historyOf(`core@1: ${create}`) });
    expect(finding).toMatchObject({ rule: 'data-loss', message: expect.stringContaining(message) as unknown });
    const down = `alter table t add column a ${column}`;
    expect(await outcomeOf(create, "insert into t values (1, 'kept')", `${up}; ${down}`)).toBe(outcome);
  });
});
