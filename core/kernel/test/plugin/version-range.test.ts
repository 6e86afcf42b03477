import fc from 'fast-check';
import satisfies from 'semver/functions/satisfies.js';
import { describe, expect, it } from 'vitest';
import { satisfiesRange } from '../../src/plugin/version-range.ts';

describe('a version range', () => {
  it('is interpreted as semver does, prereleases included', async () => {
    const number = fc.integer({ min: 0, max: 3 });
    const version = fc
      .tuple(number, number, number, fc.constantFrom('', '', '-beta.1', '-0'))
      .map(([major, minor, patch, tag]) => `${major}.${minor}.${patch}${tag}`);
    const range = fc.tuple(fc.constantFrom('^', '^', '~', '>=', '<', '', '='), version).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(version, range, async (found, wanted) => {
        expect(await satisfiesRange(found, wanted)).toBe(satisfies(found, wanted, { includePrerelease: true }));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['*', '', ' x ', 'workspace:*', 'workspace:^'])(
    'that excludes nothing is satisfied by any version: %j',
    async (range) => {
      expect(await satisfiesRange('0.0.0-x', range)).toBe(true);
    },
  );

  it.each(['latest', 'file:../x', '^1.0', '1.x || 2.x'])('in an unusual form is left to semver: %s', async (range) => {
    expect(await satisfiesRange('1.2.3', range)).toBe(satisfies('1.2.3', range));
  });

  it('is not satisfied by an invalid version', async () => {
    expect(await satisfiesRange('one', '^1.0.0')).toBe(false);
  });
});
