import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { lineDifference } from '../../src/open/line-difference.ts';

describe('the difference of two texts by line', () => {
  it.each([
    ['a', 'a', [' a']],
    ['a b', 'a c', [' a', '-b', '+c']],
    ['a b c', 'a c', [' a', '-b', ' c']],
    ['a c', 'a b c', [' a', '+b', ' c']],
    ['a x b y c', 'b y z c', ['-a', '-x', ' b', ' y', '+z', ' c']],
  ])('of %s and %s', (before, after, expected) => {
    expect(lineDifference(before.replaceAll(' ', '\n'), after.replaceAll(' ', '\n'))).toEqual(expected);
  });

  test('contains both texts, and changes nothing if they are equal', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    const without = (lines: readonly string[], sign: string): string =>
      lines.flatMap((line) => (line.startsWith(sign) ? [] : [line.slice(1)])).join('\n');
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const lines = lineDifference(before, after);
        expect([without(lines, '+'), without(lines, '-')]).toEqual([before, after]);
        expect(lineDifference(before, before).every((line) => line.startsWith(' '))).toBe(true);
      }),
    );
  });

  it('of very long texts is not computed line by line', () => {
    const lines = Array.from({ length: 2_001 }, (_, i) => String(i));
    const reversed = lines.toReversed();
    expect(lineDifference(lines.join('\n'), reversed.join('\n'))).toHaveLength(4_002);
  });
});
