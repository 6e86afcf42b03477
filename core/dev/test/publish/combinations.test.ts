import { describe, expect, it } from 'vitest';
import { combinationsOf, combinationText } from '../../src/publish/combinations.ts';

const kernel = { package: 'kernel', range: '^1.0.0', optional: false };
const [site, http] = ['site', 'http'].map((name) => ({ package: name, range: '^1.0.0', optional: true }));
const one = new Map([['kernel', ['1.0.0']]]);
const several = new Map([
  ['kernel', ['1.0.0', '1.1.0', '1.2.0']],
  ['site', ['1.0.0', '1.5.0']],
  ['http', ['1.3.0']],
]);

describe('the combinations in which a plugin is tried', () => {
  it.each([
    ['one version and no optional plugin', [kernel], one, ['lowest: kernel 1.0.0, without optional plugins']],
    [
      'several versions: the lowest and the highest of all',
      [kernel],
      several,
      ['lowest: kernel 1.0.0, without optional plugins', 'highest: kernel 1.2.0, without optional plugins'],
    ],
    [
      'optional plugins: none, each, and all',
      [kernel, site, http].flatMap((peer) => peer ?? []),
      new Map([...one, ['site', ['1.0.0']], ['http', ['1.0.0']]]),
      [
        'lowest: kernel 1.0.0, site 1.0.0, http 1.0.0, without optional plugins',
        'lowest: kernel 1.0.0, site 1.0.0, http 1.0.0, with site',
        'lowest: kernel 1.0.0, site 1.0.0, http 1.0.0, with http',
        'lowest: kernel 1.0.0, site 1.0.0, http 1.0.0, with site and http',
      ],
    ],
    [
      'both',
      [kernel, site].flatMap((peer) => peer ?? []),
      several,
      [
        'lowest: kernel 1.0.0, site 1.0.0, without optional plugins',
        'lowest: kernel 1.0.0, site 1.0.0, with site',
        'highest: kernel 1.2.0, site 1.5.0, without optional plugins',
        'highest: kernel 1.2.0, site 1.5.0, with site',
      ],
    ],
  ])('with %s', (_, peers, versions, expected) => {
    const found = combinationsOf(peers, versions);
    expect(found.map((combination) => `${combination.versions}: ${combinationText(combination)}`)).toEqual(expected);
  });
});
