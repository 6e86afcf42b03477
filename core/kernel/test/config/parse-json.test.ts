import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBytes, parseJson } from '../../src/config/parse-json.ts';
import { outcomeOf } from '../graph/refusal.ts';
import { refusalOf } from './refusal.ts';

const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

describe('the text of a config', () => {
  it.each<[name: string, text: string, place: string, part: string]>([
    ['empty', '', '1:1', 'the file is empty'],
    ['blank', ' \n ', '1:1', 'the file is empty'],
    ['trailing comma in an object', '{\n  "a": 1,\n}', '2:9', 'trailing comma ","'],
    ['trailing comma in an array', '{"a": [1, ]}', '1:9', 'trailing comma ","'],
    ['single quotes', "{'a': 1}", '1:2', `unexpected token "'"`],
    ['a bare key', '{a: 1}', '1:2', 'unexpected token "a"'],
    ['a bare word', '{"a": undefined}', '1:7', 'unexpected token "undefined"'],
    ['Python', '{"a": True}', '1:7', 'unexpected token "True"'],
    ['a missing comma', '{"a": 1\n "b": 2}', '2:2', 'unexpected key "b"; a comma is missing'],
    ['a missing colon', '{"a" "x"}', '1:6', 'unexpected string'],
    ['two commas', '{"a": 1,, "b": 2}', '1:9', 'unexpected token ","'],
    ['a comment', '{\n  // hi\n  "a": 1}', '2:3', 'found a comment "//"'],
    ['a comment at the end', '{"a": 1} /* x */', '1:10', 'found a comment "/*"'],
    ['a missing end', '{"a": {"b": 1}', '1:15', 'ends too early'],
    ['an open string', '{"a": "x}', '1:7', 'closing quotation mark'],
    ['a bad escape', '{"a": "\\x"}', '1:7', 'bad escape'],
    ['a control character', '{"a": "\u0001"}', '1:7', 'unexpected string'],
    ['a number with a zero before it', '{"a": 01}', '1:8', 'unexpected token "1"'],
    ['text after the end', '{} {}', '1:4', 'unexpected token "{"'],
    ['a zero byte', '{}\0\0\0\0', '1:3', 'unexpected token "\\u0000"'],
    ['too deeply nested', nested(65), '1:321', 'more than 64 levels deep'],
    ['too deeply nested and incomplete', '['.repeat(100_000), '1:65', 'more than 64 levels deep'],
  ])('is rejected with line and column: %s', (_name, text, place, part) => {
    const { code, exit, text: told } = refusalOf(() => parseJson(text, 'config.json'));
    expect([code, exit]).toEqual(['CONFIG_SYNTAX', 10]);
    expect(told).toContain(`config.json:${place}: `);
    expect(told).toContain(part);
  });

  it.each<[name: string, bytes: Buffer, place: string, part: string]>([
    ['a byte order mark', Buffer.from('\ufeff{}'), '1:1', 'byte order mark (U+FEFF)'],
    ['UTF-16 with a mark', Buffer.from('\ufeff{}', 'utf16le'), '1:1', 'UTF-16'],
    ['UTF-16 without one', Buffer.from('{}', 'utf16le'), '1:1', 'UTF-16'],
    ['big-endian UTF-16', Buffer.from('{ }', 'utf16le').swap16(), '1:1', 'UTF-16'],
    ['Latin-1', Buffer.from('{"a":\n "caf\xe9"}', 'latin1'), '2:6', 'not UTF-8'],
  ])('is rejected in any other encoding: %s', (_name, bytes, place, part) => {
    const { code, exit, text } = refusalOf(() => parseBytes(bytes, 'config.json'));
    expect([code, exit]).toEqual(['CONFIG_SYNTAX', 10]);
    expect(text).toContain(`config.json:${place}: `);
    expect(text).toContain(part);
  });

  it.each<[text: string, place: string, pointer: string]>([
    ['{"a": 1, "a": 2}', '1:10', '/a'],
    ['{\n "a": 1,\n "b": {"c": 1, "c": {}}\n}', '3:16', '/b/c'],
    ['[{"x": 1}, {"x/y": 1, "x/y": 2}]', '1:23', '/1/x~1y'],
    ['{"a": "x:y", "b": {"\\u0061": 1, "a": 1}}', '1:33', '/b/a'],
  ])('is rejected if an object has a duplicate key: %s', (text, place, pointer) => {
    const { code, exit, text: told } = refusalOf(() => parseJson(text, 'config.json'));
    expect([code, exit]).toEqual(['CONFIG_KEY_DUPLICATE', 10]);
    expect(told).toContain(`config.json:${place}: `);
    expect(told).toContain(`(${pointer})`);
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'is rejected, with a pointer, if the key %s occurs anywhere',
    (key) => {
      const { code, exit, text } = refusalOf(() => parseJson(`{"plugins": [{"${key}": {"x": 1}}]}`, 'config.json'));
      expect([code, exit]).toEqual(['CONFIG_KEY_RESERVED', 10]);
      expect(text).toContain(`/plugins/0/${key}`);
    },
  );

  it('is never quoted where it contains a value, which may be a secret', () => {
    for (const text of [
      '{"password": hunter2}',
      '{"password" "hunter2"}',
      '{"password": "hunter2" "x"}',
      '{"p": \'hunter2\'}',
    ]) {
      expect(refusalOf(() => parseJson(text, 'config.json')).text).not.toMatch(/hunter|unter2/);
    }
  });

  it('is parsed exactly as by JSON.parse', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!/__proto__|constructor|prototype/.test(text));
        expect(parseJson(text, 'config.json')).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('yields a value or an error with a code for any bytes: flipped, truncated, random', () => {
    const whole = Buffer.from(
      '{\n "database": "pglite://", "plugins": {"a": {"b": [1, 2e3, true, null, "\\u00e9\\n"]}, "c": {}}\n}',
    );
    const flipped = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(whole);
      copy[at] = byte;
      return copy;
    });
    const cut = fc.nat(whole.length).map((length) => whole.subarray(0, length));
    const madeUp = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    const jsonLike = fc
      .array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', ' ', '\n', '"', '\\', '//'))
      .map((all) => Buffer.from(all.join('')));
    fc.assert(
      fc.property(fc.oneof(flipped, cut, madeUp, jsonLike), (bytes) => {
        expect(outcomeOf(() => parseBytes(bytes, 'config.json'))).toBeDefined();
      }),
      { numRuns: 3000 },
    );
  });
});
