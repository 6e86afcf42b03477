import { describe, expect, it } from 'vitest';
import { openRecorder } from '../../src/adoption/statement-recorder.ts';

/** The answer to a query, as code expects it. */
type Answer = Iterable<unknown> & { readonly rows?: unknown };

describe('a recorder of statements', () => {
  it.each<[string, readonly unknown[], string]>([
    ['select $1', ["it's $2"], "select 'it''s $2'"],
    ["select '$1', $1, $2", [1, null], "select '$1', 1, null"],
    ['select 1 -$1', [-2], 'select 1 -(-2)'],
    ['select $1, $2', [true, 10n], 'select true, 10'],
    ['select $1', [new Date(0)], "select '1970-01-01T00:00:00.000Z'"],
    ['select $1', [{ a: "'" }], `select '{"a":"''"}'`],
    ['select $1', [['a"b', null, [1]]], `select '{"a\\"b",NULL,{"1"}}'`],
    ['select $1', [Buffer.from('hi')], String.raw`select '\x6869'`],
    ['select $$ $1 $$, "$1", $11', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 'select $$ $1 $$, "$1", 11'],
    ['select 1 ? 2', [], 'select 1 ? 2'],
  ])('writes the values of %s into the text', (text, values, expected) => {
    const recorder = openRecorder();
    recorder.record(text, values);
    expect(recorder.statements).toEqual([expected]);
  });

  it('leaves out the transaction of the tool', () => {
    const recorder = openRecorder();
    for (const text of ['BEGIN;', 'start transaction', 'SAVEPOINT a', 'select 1', 'RELEASE SAVEPOINT a;', 'commit']) {
      recorder.record(text);
    }
    expect(recorder.statements).toEqual(['select 1']);
    expect(recorder.problem()).toBeNull();
  });

  it('lets an answer be awaited and passed on', async () => {
    const recorder = openRecorder();
    const answer = await (async () => recorder.record('select 1'))();
    expect(await Promise.all([answer].map(async (one) => typeof one))).toEqual(['object']);
    expect(recorder.problem()).toBeNull();
  });

  it.each<[string, (answer: Answer) => unknown]>([
    ['a property', (answer) => answer.rows],
    ['its rows', (answer) => Array.from(answer)],
    ['its keys', (answer) => Object.keys(answer)],
    ['its text', (answer) => JSON.stringify(answer)],
    ['whether it has a key', (answer) => 'rows' in answer],
    ['its copy', (answer) => ({ ...answer })],
  ])('stops code that reads %s, and remembers it', (_, use) => {
    const recorder = openRecorder();
    const answer = recorder.record('select 1') as Answer;
    expect(() => use(answer)).toThrow();
    expect(recorder.problem()).toBe('reads the answer to a query');
  });

  it.each([
    ['a rollback', 'rollback', [], 'rolls back a transaction'],
    ['a value that is missing', 'select $2', [1], 'has no value for the placeholder $2'],
    ['a value that is not SQL', 'select $1', [Symbol('x')], 'binds a value that is not SQL'],
  ])('refuses %s', (_, text, values, problem) => {
    const recorder = openRecorder();
    expect(() => recorder.record(text, values)).toThrow();
    expect(recorder.problem()).toBe(problem);
  });
});
