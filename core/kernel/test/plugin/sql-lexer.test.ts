import { describe, expect, it } from 'vitest';
import { countStatements, verbatimRanges } from '../../src/plugin/sql-lexer.ts';

describe('the verbatim ranges', () => {
  it.each([
    ["select 'a'", ["'a'"]],
    ["select 'a'\n  'b', 'c' 'd'", ["'a'\n  'b'", "'c'", "'d'"]],
    ["select E'\\'' || \"a b\" /* c */ -- 'd'", ["E'\\''", '"a b"', '/* c */']],
    ['do $a$ $$ $b$ $a$;', ['$a$ $$ $b$ $a$']],
    ["select 'open", ["'open"]],
  ])('of %j is %j', (sql, kept) => {
    expect(verbatimRanges(sql).map(({ start, end }) => sql.slice(start, end))).toEqual(kept);
  });
});

describe('the number of statements in SQL text', () => {
  it.each<[sql: string, count: number]>([
    ['', 0],
    [' \n\t', 0],
    ['-- nothing', 0],
    ['/* /* nested */ still */', 0],
    [';;; ;', 0],
    ['select 1', 1],
    ['select 1;', 1],
    ['select 1; -- done', 1],
    ['select 1;\n\nselect 2', 2],
    ['; select 1; ; select 2;', 2],
    ["select ';'", 1],
    ["select 'it''s; fine'", 1],
    ["select E'it\\'s; fine'; select 2", 2],
    ["select e'\\\\'; select 2", 2],
    ['select ";"', 1],
    ['select $$ ; $$', 1],
    ['select $a$ $b$ ; $$ ; $a$; select 2', 2],
    ['select a$b$ ; select c$b$', 2],
    ['select 1 /* ; */ + 1', 1],
    ['select 1 -- ;\n + 1', 1],
    ["select 'open ; ", 1],
    ['select $$ open ; ', 1],
    ['select /* open ; ', 1],
    ["select E'open \\'; ", 1],
    ["select typee';'", 1],
    ["select E'a'\n  -- on\n  '\\';'; select 2", 2],
    ["select 'a'\n'\\'; select 2", 2],
    ['create index concurrently if not exists "i;" on t (a) where b <> \';\'', 1],
  ])('is, for %j, %i', (sql, count) => {
    expect(countStatements(sql)).toBe(count);
  });

  it('is counted in linear time', () => {
    const began = performance.now();
    expect(countStatements("select 'x'; /* y */ ".repeat(50_000))).toBe(50_000);
    expect(countStatements('('.repeat(1_000_000))).toBe(1);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
