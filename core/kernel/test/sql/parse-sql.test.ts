import { describe, expect, it } from 'vitest';
import { parseSql } from '../../src/sql/parse-sql.ts';
import { readSql } from '../../src/sql/read-sql.ts';

describe('parsing SQL', () => {
  it('parses the text of a history once', async () => {
    const text = 'create table parsed_once (id int);';
    expect(await parseSql(text)).toBe(await parseSql(text));
  });

  it.each([
    'create temp table jobs (id int); insert into jobs values (1); drop table jobs;',
    'create table pg_temp.jobs (id int); alter table jobs rename to done; drop table done;',
  ])('reads temporary objects the same each time: %s', async (text) => {
    const effects = async () =>
      (await readSql(text)).statements.map(({ creates, renames, drops, writes }) => ({
        creates,
        renames,
        drops,
        writes,
      }));
    expect(await effects()).toEqual(await effects());
  });

  it.each([
    ['create\u00a0table t ()', 'U+00A0'],
    ['\u200bselect 1', 'U+200B'],
    ['select 1;\n\ufeffcreate table t ()', 'U+FEFF'],
  ])('names an invisible character that it refuses: %j', async (text, code) => {
    await expect(parseSql(text)).rejects.toMatchObject({
      code: 'SQL_SYNTAX',
      message: expect.stringContaining(`which contains the invisible character ${code}`) as string,
    });
  });

  it('parses a text again that does not fit beside the others', async () => {
    const long = `select '${'x'.repeat(2 ** 18)}'`;
    expect(await parseSql(long)).not.toBe(await parseSql(long));
    expect(await parseSql(long)).toEqual(await parseSql(long));
  });
});
