import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { isPluginName, isRevisionId, isSlug, parseId } from '../../src/graph/revision-id.ts';
import { outcomeOf, refusalOf } from './refusal.ts';

describe('a revision id', () => {
  test('is plugin@slug', () => {
    expect(parseId('likes@0002_count_on_object')).toEqual({ plugin: 'likes', slug: '0002_count_on_object' });
    expect(parseId('a-1@_')).toEqual({ plugin: 'a-1', slug: '_' });
  });

  test('has a plugin name of up to 39 characters and a slug of up to 100', () => {
    expect(isRevisionId(`${'p'.repeat(39)}@${'s'.repeat(100)}`)).toBe(true);
    expect(isRevisionId(`${'p'.repeat(40)}@s`)).toBe(false);
    expect(isRevisionId(`p@${'s'.repeat(101)}`)).toBe(false);
  });

  test.each([
    '',
    '@',
    'likes',
    'likes@',
    '@0001',
    'Likes@0001',
    '1likes@0001',
    '-likes@0001',
    'likes@0001-x',
    'likes@Head',
    'likes@@0001',
    'likes@0001@x',
    ' likes@0001',
    'likes@0001\n',
    '../x@0001',
    'l\u0456kes@0001',
    'likes@+1',
  ])('cannot be %j', (id) => {
    expect(isRevisionId(id)).toBe(false);
    const refusal = refusalOf(() => parseId(id, 'migrations/x.ts'));
    expect(refusal).toMatchObject({ code: 'REVISION_ID_INVALID', exitCode: 13 });
    expect(refusal.message).toContain('migrations/x.ts');
  });

  test.each(['likes@head', 'likes@base'])('cannot be %s, which is a target', (id) => {
    expect(isRevisionId(id)).toBe(false);
    expect(refusalOf(() => parseId(id))).toMatchObject({ code: 'REVISION_ID_INVALID' });
  });

  test('may contain the words "head" and "base"', () => {
    expect(isRevisionId('likes@header')).toBe(true);
    expect(isRevisionId('likes@0002_base')).toBe(true);
  });

  test('is either parsed or rejected with an error code, whatever the text', () => {
    const part = fc.constantFrom('likes', 'a', 'B', '-', '@', '_', '0', 'head', 'base');
    const parts = fc.array(part, { maxLength: 5 }).map((list) => list.join(''));
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), parts);
    fc.assert(
      fc.property(text, (id) => {
        const parts = outcomeOf(() => parseId(id));
        const isWhole = (plugin: string, slug: string): boolean =>
          isPluginName(plugin) && isSlug(slug) && `${plugin}@${slug}` === id;
        expect(isKernelError(parts) ? parts.code : isWhole(parts.plugin, parts.slug)).toBe(
          isRevisionId(id) ? true : 'REVISION_ID_INVALID',
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
