import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalHash, sameTokens } from '../../src/plugin/revision-hash.ts';
import { rawHash, type Hashed } from '../../src/plugin/revision-hash.ts';

const sqlOf = (text: string): Hashed => ({
  id: 'likes@0002_b',
  revises: ['likes@0001_a'],
  dependsOn: ['core@0001_a', 'core@0002_b'],
  transaction: true,
  up: { kind: 'sql', text },
});
const base = sqlOf('select 1');
const code: Hashed = { ...base, up: { kind: 'code', version: 1 } };

describe('the raw hash', () => {
  it('never changes for revisions already in ledgers and lock files', () => {
    expect(rawHash(base)).toBe('r1:a5c92f663c19134977ce92f987260e98');
    expect(rawHash(code)).toBe('r1:dac5a6000c3d12c3fc129ba79a38d9d3');
  });

  it('covers exactly the id, edges, transaction flag and text', () => {
    const others: readonly Hashed[] = [
      { ...base, id: 'likes@0002_c' },
      { ...base, revises: [] },
      { ...base, dependsOn: ['core@0001_a'] },
      { ...base, transaction: false },
      sqlOf('select 1 '),
      sqlOf('SELECT 1'),
      code,
      { ...base, up: { kind: 'code', version: 2 } },
    ];
    expect(new Set([base, ...others].map(rawHash)).size).toBe(others.length + 1);
  });

  it('depends neither on the order of edges nor on any other field', () => {
    expect(rawHash({ ...base, dependsOn: base.dependsOn.toReversed() })).toBe(rawHash(base));
    const more = { ...base, down: 'drop', breaking: true, since: '2.0.0', file: '/elsewhere' };
    expect(rawHash(more)).toBe(rawHash(base));
  });
});

describe('the normal hash', () => {
  it('never changes for revisions already in lock files', async () => {
    expect(await normalHash(base)).toBe('n1:7b9c05a1802c53059ce9f807b81e3fb8');
    expect(await normalHash(code)).toBe(rawHash(code));
  });

  it('also covers the edges', async () => {
    expect(await normalHash({ ...base, dependsOn: [] })).not.toBe(await normalHash(base));
  });

  it('ignores fields that are not history', async () => {
    const text = 'create table "T" (id int);\nalter table t add a text;';
    const same = '-- a licence\r\nCREATE  TABLE "T"(ID INT) ; /* and /* on */ */ alter\ttable T add a text;;\n';
    expect(await normalHash(sqlOf(text))).toBe(await normalHash(sqlOf(same)));
  });
});

describe('two texts have the same tokens', () => {
  it.each<[a: string, b: string]>([
    ['select 1', 'SELECT\n\t1;'],
    ['select 1', 'select 1 -- one'],
    ['select a', 'select A'],
    ["select 'a''b'", "SELECT  'a''b'"],
    ['select 1', 'select/**/1'],
    ['create function f() returns int as $$ a $$', 'CREATE FUNCTION f ( ) RETURNS int AS $$ a $$;;'],
    ['select ä', 'SELECT ä'],
    ['', ''],
    ['', '-- nothing'],
  ])('%j and %j', async (a, b) => {
    expect(await sameTokens(a, b)).toBe(true);
  });

  it.each<[a: string, b: string]>([
    ['select 1', 'select 2'],
    ['select a', 'select "A"'],
    ['select "a"', 'select "A"'],
    ["select 'a'", "select 'A'"],
    ['select $$ a $$', 'select $$ A $$'],
    ['select $$a$$', 'select $$ a $$'],
    ['select 1; select 2', 'select 1 select 2'],
    ['select ab', 'select a b'],
    ['select a + b', 'select a +b+ c'],
    ['select 1', 'select 1 \0 ; drop table a'],
    ['select Ä', 'select ä'],
    ["select 'a", "select 'b"],
  ])('but not %j and %j', async (a, b) => {
    expect(await sameTokens(a, b)).toBe(false);
  });

  it('for any text, even one that the scanner rejects', async () => {
    const control = `select '${String.fromCodePoint(1)}'`;
    expect(await sameTokens(control, control)).toBe(true);
    expect(await sameTokens(control, `${control} `)).toBe(false);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await sameTokens(text, text)).toBe(true);
        expect(await sameTokens(text, `select 1; ${text}`)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });
});
