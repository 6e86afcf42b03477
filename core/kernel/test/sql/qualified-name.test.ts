import { describe, expect, it } from 'vitest';
import { lookupKey, objectKey } from '../../src/sql/object-key.ts';
import { nameText, parseName, qualifiedName } from '../../src/sql/qualified-name.ts';
import { quoteIdentifier, quoteIdentifiers, quoteLiteral, quoteName } from '../../src/sql/quote.ts';

describe('a qualified name', () => {
  it.each([
    ['public', 'core_object', 'core_object', '"core_object"'],
    ['shop', 'order', 'shop.order', '"shop"."order"'],
    ['public', 'a.b', '"a.b"', '"a.b"'],
    ['a.b', 'C', '"a.b".C', '"a.b"."C"'],
    ['shop', 'Or"der', 'shop."Or""der"', '"shop"."Or""der"'],
    ['public', '', '', '""'],
  ])('in %s, %s, is written as %s, quoted as %s and read back', (schema, name, text, quoted) => {
    expect(nameText({ schema, name })).toBe(text);
    expect(parseName(text)).toEqual({ schema, name });
    expect(quoteName(text)).toBe(quoted);
  });

  it('is in `public` unless it names a schema', () => {
    expect([qualifiedName(undefined, 't'), qualifiedName('', 't')]).toEqual([
      { schema: 'public', name: 't' },
      { schema: 'public', name: 't' },
    ]);
  });
});

describe('quoting', () => {
  it('has its inner quotes doubled', () => {
    expect(quoteIdentifier('a"b.c')).toBe('"a""b.c"');
    expect(quoteIdentifiers(['a', 'B'])).toBe('"a", "B"');
    expect(quoteLiteral("it's")).toBe("'it''s'");
  });
});

describe('the key of an object', () => {
  it('includes its kind and table, and is unambiguous for names with dots', () => {
    expect(objectKey({ kind: 'table', table: null, name: 'shop.item' })).toBe('table shop.item');
    expect(objectKey({ kind: 'column', table: 'shop.item', name: 'id' })).toBe('column shop.item.id');
    expect(objectKey({ kind: 'column', table: 'shop', name: 'item.id' })).toBe('column shop."item.id"');
  });

  it('is the same, for lookups, for everything in the namespace of relations', () => {
    const kinds = ['table', 'view', 'sequence', 'index'] as const;
    expect(new Set(kinds.map((kind) => lookupKey({ kind, name: 't', table: 'u' })))).toEqual(new Set(['relation t']));
    expect(lookupKey({ kind: 'constraint', name: 'k', table: 't' })).toBe('constraint t.k');
  });
});
